// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - a call that is made with its first, second, ... failure
 */

#define _GNU_SOURCE

#include "vhub_nth.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vhub_snapshot.h"

/* Which allocation has which number depends on what the allocator has left from the
 * time before: a call is tried so often that none is missed.
 */
#define FAILURES_MIN	20

/* And no more often for one kind of failure that there has to be. */
#define PASSES_MAX	40

int prepare_nothing(struct actors *a)
{
	return 0;
}

int prepare_file(struct actors *a)
{
	a->fd = dev_open(O_RDWR);
	return a->fd < 0 ? a->fd : 0;
}

int prepare_port(struct actors *a)
{
	a->fd = attach(HUB);
	a->port = 1;
	return a->fd < 0 ? a->fd : 0;
}

/* @other is port 1, @fd port 2. */
int prepare_pair(struct actors *a)
{
	a->other = attach(HUB);
	if (a->other < 0)
		return a->other;
	return set_nonblock(a->other, true) ?: prepare_port(a);
}

int prepare_switch(struct actors *a)
{
	return hub_set_number(HUB, VHUB_A_HUB_MODE, VHUB_HUB_MODE_SWITCH) ?:
	       prepare_pair(a);
}

int prepare_device(struct actors *a)
{
	a->port = 1;
	a->other = tap_open(DEVICE, 0, 0, 0);
	if (a->other < 0)
		return a->other;
	return set_nonblock(a->other, true) ?: link_up(DEVICE, true);
}

int prepare_plugged(struct actors *a)
{
	struct port_info info;

	return prepare_device(a) ?: port_add(HUB, DEVICE, &info);
}

int prepare_tun_device(struct actors *a)
{
	a->port = 1;
	a->other = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	if (a->other < 0)
		return -errno;
	return tun_set_iff(a->other, DEVICE, IFF_TUN | IFF_NO_PI) ?:
	       link_up(DEVICE, true);
}

int prepare_plugged_tun(struct actors *a)
{
	struct port_info info;

	return prepare_tun_device(a) ?: port_add(HUB, DEVICE, &info);
}

/* Who listens learns that something was missed. */
int prepare_ear(struct actors *a)
{
	int ret = fdb_listen(&a->ear);

	if (ret)
		return ret;
	return mnl_socket_setsockopt(a->ear.sock, NETLINK_ADD_MEMBERSHIP,
				     &a->ear.group, sizeof(__u32)) ? -errno : 0;
}

/* Is there an event, or word that one was lost? */
static bool hears(struct actors *a)
{
	char buf[8192];

	return recv(mnl_socket_get_fd(a->ear.sock), buf, sizeof(buf),
		    MSG_DONTWAIT) > 0 || errno == ENOBUFS;
}

/* Enters a new network namespace. Return: 0 or -errno. */
int nth_open(void)
{
	return new_net() ?: no_ipv6() ?: fail_open() ?: snapshot_open();
}

/* The call, with the failure that is due. */
static int call_failing(const struct nth *nth, struct actors *a)
{
	int ret;

	fail_hit = false;
	if (nth->netlink)
		talk_hook = fail_around;
	else
		fail_begin();
	ret = nth->call(a);
	if (nth->netlink)
		talk_hook = NULL;
	else
		fail_end();
	return ret;
}

/* A request may be done, and its answer lost for lack of memory. */
static bool is_unknown(const struct nth *nth, int ret)
{
	return nth->netlink && ret == -ENOBUFS;
}

static bool is_told(const struct nth *nth, int ret)
{
	return !ret || ret == -ENOMEM || ret == -EFAULT ||
	       ret == nth->other || is_unknown(nth, ret);
}

static bool is_done(const struct nth *nth, struct actors *a)
{
	return !nth->done || nth->done(a);
}

static void clean(struct actors *a)
{
	if (a->child) {
		kill(a->child, SIGKILL);
		waitpid(a->child, NULL, 0);
	}
	if (a->fd >= 0)
		close(a->fd);
	if (a->other >= 0)
		close(a->other);
	if (a->ring.fd >= 0)
		ring_close(&a->ring);
	if (a->ear.sock)
		genl_close(&a->ear);
	if (a->genl.sock)
		genl_close(&a->genl);
}

/* It was refused: is all as before, and will it be done when nothing fails? */
static const char *check_refused(const struct nth *nth, struct actors *a,
				 int ret, const char *before)
{
	if (!snapshot_is(before, !nth->frames)) {
		a->unknown = is_unknown(nth, ret);
		if (a->unknown && is_done(nth, a))
			return NULL;
		snapshot_tell(before, !nth->frames);
		return "it was done in part";
	}
	if (nth->unlike)
		return NULL;
	if (nth->call(a))
		return "it fails for good";
	return is_done(nth, a) ? NULL : "it is not done the second time";
}

/* The call, with failure @fail_next. Return: NULL or what is wrong; @ret is set. */
static const char *try_once(const struct nth *nth, struct actors *a, int *ret)
{
	const char *wrong;
	char *before;

	*a = (struct actors){ .fd = -1, .other = -1, .ring.fd = -1 };
	if ((!nth->alone && hub_add(HUB)) || nth->prepare(a))
		return "it cannot be prepared";
	before = snapshot_take(!nth->frames);
	*ret = call_failing(nth, a);
	if (!is_told(nth, *ret))
		wrong = "an errno of something else";
	else if (*ret)
		wrong = check_refused(nth, a, *ret, before);
	else
		wrong = is_done(nth, a) ? NULL : "it was not done, and says so";
	free(before);
	if (!wrong && nth->heard && nth->heard(a) && !hears(a))
		return "nobody hears of it";
	return wrong;
}

/* Removes what there was. Return: NULL or what is wrong. */
static const char *clean_all(struct actors *a, const char *start)
{
	struct hub_info info;

	clean(a);
	if (!hub_get(HUB, &info) && info.ports)
		return "a port is left";
	/* Either may be there, or none. */
	link_del(HUB);
	link_del(RENAMED);
	if (snapshot_is(start, true))
		return NULL;
	snapshot_tell(start, true);
	return "something is left";
}

/* Where all that follows fails, too, there is less to be seen the later it begins. */
static int step(void)
{
	return fail_for_good ? 1 + fail_next / 8 : 1;
}

/* Calls with their first, second, ... failure. Return: NULL or what is wrong;
 * @failures is how many there were.
 */
static const char *try_all(const struct nth *nth, int *failures)
{
	char *start = snapshot_take(true);
	static struct actors actors;
	const char *wrong = NULL;
	int ret = 0;

	*failures = 0;
	for (fail_next = 1;; fail_next += step()) {
		wrong = try_once(nth, &actors, &ret) ?:
			clean_all(&actors, start);
		if (!wrong && fail_next >= FAIL_NTH_MAX)
			wrong = "there is no end to it";
		if (wrong || !fail_hit)
			break;
		(*failures)++;
	}
	free(start);
	if (wrong)
		fprintf(stderr, "# failure %d: %d\n", fail_next, ret);
	/* The last time nothing failed, for there was no more. */
	return wrong ?: ret ? "it fails of itself" : NULL;
}

static bool is_enough(const struct nth *nth, int passes, int failures)
{
	/* Copies are always the same. */
	if (failures < FAILURES_MIN && !nth->frugal)
		return false;
	return !(nth->whats & ~fail_whats) || passes == PASSES_MAX;
}

/* Return: NULL or what is wrong. */
const char *nth_try_often(const struct nth *nth)
{
	int failures = 0, passes = 0, last;
	const char *wrong;

	do {
		wrong = try_all(nth, &last);
		if (!wrong && !last)
			wrong = "nothing fails";
		if (wrong)
			return wrong;
		failures += last;
		passes++;
	} while (!is_enough(nth, passes, failures));
	printf("# %d passes, %d failures in the last, of kinds %x\n", passes,
	       last, fail_whats);
	return nth->whats & ~fail_whats ? "one kind of failure is missing" :
	       NULL;
}

/* What is undone without memory, and what is tried twice. */
const char *nth_try_for_good(const struct nth *nth)
{
	const char *wrong;
	int failures;

	fail_for_good = true;
	wrong = try_all(nth, &failures);
	if (wrong)
		return wrong;
	printf("# %d failures\n", failures);
	return !failures == nth->frugal ? NULL :
	       nth->frugal ? "it allocates" : "nothing fails";
}
