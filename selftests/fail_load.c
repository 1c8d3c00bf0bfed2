// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - loading the module while the kernel has no memory
 *
 * The module is loaded again and again, with the first, second, ... allocation that
 * this takes failing, until it takes no more. Each time it loads, or says why not and
 * leaves nothing: it loads after, and hubs can be made.
 *
 * Its file is named by VHUB_KO.
 *
 * debug: only such kernels fail on demand
 */

#include "kselftest_harness.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "vhub_fail.h"
#include "vhub_test.h"

/* The file of the module, in memory: that it is read takes memory, too. */
FIXTURE(fail_load)
{
	void *image;
	size_t size;
};

static void *read_file(const char *path, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *image;

	if (fd < 0 || fstat(fd, &st))
		return NULL;
	*size = st.st_size;
	image = malloc(*size);
	if (image && read(fd, image, *size) != (ssize_t)*size)
		return NULL;
	close(fd);
	return image;
}

/* For what pr_debug() leaves in a section of its own the kernel needs memory, and warns
 * where there is none: it is not to find that.
 */
static bool hide_dyndbg(char *image, size_t size)
{
	char *name = memmem(image, size, "__dyndbg", sizeof("__dyndbg"));

	if (name)
		*name = 'x';
	return name;
}

static int load(const FIXTURE_DATA(fail_load) *self)
{
	return ret_errno(syscall(SYS_init_module, self->image, self->size, ""));
}

/* Whoever asks for its netlink family would have it loaded behind our back. */
static int unload(void)
{
	return ret_errno(syscall(SYS_delete_module, "vhub", O_NONBLOCK));
}

FIXTURE_SETUP(fail_load)
{
	if (access("/proc/thread-self/fail-nth", W_OK) || !getenv("VHUB_KO"))
		SKIP(return, "no kernel that fails on demand, or no VHUB_KO");
	self->image = read_file(getenv("VHUB_KO"), &self->size);
	ASSERT_NE(NULL, self->image);
	ASSERT_TRUE(hide_dyndbg(self->image, self->size));
	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, fail_open());
}

FIXTURE_TEARDOWN(fail_load)
{
	free(self->image);
}

TEST_F_TIMEOUT(fail_load, all_or_nothing, 250)
{
	int ret, failures = 0;

	for (fail_next = 1; fail_next < FAIL_NTH_MAX; fail_next++) {
		ASSERT_EQ(0, unload());
		fail_hit = false;
		fail_begin();
		ret = load(self);
		fail_end();
		ASSERT_TRUE(!ret || ret == -ENOMEM || ret == -EFAULT)
			TH_LOG("failure %d: %d", fail_next, ret);
		if (ret) {
			failures++;
			ASSERT_EQ(-ENOENT, unload());
			ASSERT_EQ(0, load(self));
		}
		ASSERT_EQ(0, hub_add(HUB));
		if (!fail_hit)
			break;
	}
	ASSERT_FALSE(fail_hit);
	ASSERT_EQ(0, ret);
	ASSERT_LT(1, failures);
	TH_LOG("%d failures, %d of them told", fail_next - 1, failures);
}

TEST_HARNESS_MAIN
