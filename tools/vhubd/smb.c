// SPDX-License-Identifier: GPL-2.0
/* vhubd - a folder for guests, by Samba's server, one for each connection */
#include <arpa/inet.h>
#include <errno.h>
#include <ftw.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "smb.h"

#define SMB_FILES	8	/* that are open while a folder is removed */

static const in_port_t smb_ports[] = { 139, 445 };

static char *smb_program(GError **error)
{
	char *program = g_find_program_in_path("smbd");

	if (!program)
		program = g_find_program_in_path("/usr/sbin/smbd");
	if (!program)
		opts_error(error, "user: smb: there is no smbd, of Samba");
	return program;
}

/* Who smbd will be, or NULL. That of root wants to be others now and then, and ends
 * when it may not.
 */
static const struct passwd *smb_user(const struct privilege *user,
				     GError **error)
{
	uid_t uid = user->name ? user->uid : geteuid();
	const struct passwd *pw = getpwuid(uid);

	if (!uid)
		opts_error(error, "user: smb: Samba cannot be root without its rights, say --run-as=");
	else if (!pw)
		opts_error(error, "user: smb: user %d has no name", (int)uid);
	else
		return pw;
	return NULL;
}

/* All of its files are in the folder, and whoever comes is that user. */
static char *smb_text(const char *dir, const char *share, const char *user,
		      GError **error)
{
	if (strpbrk(share, "\n\r%")) {
		opts_error(error, "user: smb: Samba cannot be told of a folder with this name");
		return NULL;
	}
	return g_strdup_printf("[global]\n"
			       "private dir=%1$s\ninterfaces=127.0.0.1\n"
			       "bind interfaces only=yes\npid directory=%1$s\n"
			       "lock directory=%1$s\nstate directory=%1$s\n"
			       "cache directory=%1$s\nncalrpc dir=%1$s/ncalrpc\n"
			       "log file=%1$s/log.smbd\n"
			       "smb passwd file=%1$s/smbpasswd\n"
			       "security=user\nmap to guest=Bad User\n"
			       "load printers=no\nprinting=bsd\n"
			       "disable spoolss=yes\nusershare max shares=0\n"
			       "[qemu]\npath=%2$s\nread only=no\nguest ok=yes\n"
			       "force user=%3$s\n", dir, share, user);
}

/* The user's own, whoever we are by now. */
static bool smb_give(const char *dir, const char *file, uid_t uid,
		     GError **error)
{
	if (uid == geteuid())
		return true;
	if (!chown(file, uid, -1) && !chown(dir, uid, -1))
		return true;
	opts_error(error, "user: smb: %s: %s", dir, strerror(errno));
	return false;
}

static bool smb_write(const char *dir, const char *share,
		      const struct privilege *user, GError **error)
{
	const struct passwd *pw = smb_user(user, error);
	char *text, *file;
	bool good;

	if (!pw)
		return false;
	text = smb_text(dir, share, pw->pw_name, error);
	if (!text)
		return false;
	file = g_build_filename(dir, "smb.conf", NULL);
	good = g_file_set_contents(file, text, -1, error) &&
	       smb_give(dir, file, pw->pw_uid, error);
	g_free(file);
	g_free(text);
	return good;
}

static void smb_forward(struct user_config *config, const char *program,
			const char *dir, in_port_t port)
{
	struct forward *forward = g_new0(struct forward, 1);
	char *quoted = g_shell_quote(dir);

	forward->guest.v4.sin_family = AF_INET;
	forward->guest.v4.sin_addr = config->smb_server;
	forward->guest.v4.sin_port = htons(port);
	forward->command = g_strdup_printf("%s -l %s -s %s/smb.conf", program,
					   quoted, quoted);
	g_free(quoted);
	g_ptr_array_add(config->forwards, forward);
}

char *smb_open(struct user_config *config, const struct privilege *user,
	       GError **error)
{
	char *program = smb_program(error), *dir;
	unsigned int i;

	if (!program)
		return NULL;
	dir = g_dir_make_tmp("vhubd-smb.XXXXXX", error);
	if (dir && !smb_write(dir, config->smb, user, error)) {
		smb_close(dir);
		dir = NULL;
	}
	for (i = 0; dir && i < G_N_ELEMENTS(smb_ports); i++)
		smb_forward(config, program, dir, smb_ports[i]);
	g_free(program);
	return dir;
}

static int smb_remove(const char *path, const struct stat *st, int type,
		      struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void smb_close(char *dir)
{
	if (dir)
		nftw(dir, smb_remove, SMB_FILES, FTW_DEPTH | FTW_PHYS);
	g_free(dir);
}
