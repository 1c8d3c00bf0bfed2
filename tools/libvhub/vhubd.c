// SPDX-License-Identifier: GPL-2.0
/* libvhub - the vhubds of a hub: who is asked, in which order */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "genl.h"
#include "place.h"
#include "vhubd.h"
#include "vhubd_parse.h"

/* How often a listing is begun again because it changed under the reader. */
#define VHUBD_TRIES	8

/**
 * struct vhubd_talk - a dialog with all of a hub, or with some
 * @nl: whose error is set
 * @nlh: the request
 * @cb: called for each answer
 * @data: for that
 */
struct vhubd_talk {
	struct vhub_nl *nl;
	struct nlmsghdr *nlh;
	vhub_nl_cb cb;
	void *data;
};

static struct nlmsghdr *vhubd_request(void *buf, uint8_t cmd)
{
	return vhub_genl_request(buf, cmd);
}

/* One that ends meanwhile, or knows nothing of this, is as if it were not there. */
static int vhubd_talk(const struct vhubd_talk *t,
		      const struct vhub_place *place)
{
	struct vhub_nl family = { 0 };
	int sk = vhub_place_connect_to(place), ret;

	t->nl->error[0] = '\0';
	if (sk < 0)
		return sk;
	ret = vhub_genl_find(&family, sk, 0, VHUBD_FAMILY_NAME);
	if (!ret) {
		t->nlh->nlmsg_type = family.family;
		ret = vhub_nl_talk_fd(t->nl, sk, 0, t->nlh, t->cb, t->data,
				      NULL);
	} else if (ret == -ENOENT) {
		ret = -ENODEV;
	}
	close(sk);
	return ret;
}

/* Those that serve the hub; if the kernel has one of that name, not the vhubd that
 * is another. Return: how many, or -errno, -ENODEV if there is no such hub.
 */
static int vhubd_places(struct vhub_nl *nl, const char *hub,
			struct vhub_place **places)
{
	int n = vhub_place_all(hub, places), ret, i, kept = 0;
	struct vhub_hub_info info;

	if (n < 0 || !hub)
		return n;
	ret = vhub_hub_get(nl, hub, &info);
	for (i = 0; i < n; i++)
		if (ret || info.kind == VHUB_HUB_KIND_USER ||
		    (*places)[i].kernel)
			(*places)[kept++] = (*places)[i];
	if (ret < 0 && !kept) {
		free(*places);
		return ret;
	}
	return kept;
}

/* Those that are gone are passed over. */
static bool vhubd_is_gone(int err)
{
	return err == -ENODEV || err == -ECONNRESET || err == -EPIPE;
}

/* Ask one after the other, as long as @err is what they say; of what they said
 * instead of an answer the first counts. -ESRCH if there is nobody.
 */
static int vhubd_first(const struct vhubd_talk *t, const char *hub,
		       bool (*go_on)(int err))
{
	char error[VHUB_NL_ERROR_SIZE] = "";
	struct vhub_place *places;
	int n = vhubd_places(t->nl, hub, &places), first = -ESRCH, ret, i;

	if (n < 0)
		return n;
	for (i = 0; i < n; i++) {
		ret = vhubd_talk(t, &places[i]);
		if (vhubd_is_gone(ret))
			continue;
		if (first == -ESRCH) {
			first = ret;
			strcpy(error, t->nl->error);
		}
		if (!go_on(ret)) {
			free(places);
			return ret;
		}
	}
	free(places);
	strcpy(t->nl->error, error);
	return first;
}

/* Listings ---------------------------------------------------------------------*/

static int vhubd_dump_one(const struct vhubd_talk *t,
			  const struct vhub_place *place, bool *interrupted)
{
	struct vhub_vec *vec = t->data;
	size_t before = vec->n;
	int tries = VHUBD_TRIES, ret;

	do {
		vec->n = before;
		ret = vhubd_talk(t, place);
	} while (!ret && t->nl->interrupted && --tries);
	if (ret)
		vec->n = before;
	else
		*interrupted |= t->nl->interrupted;
	return ret;
}

/* What some refuse the others may have: an error counts if nobody answers. */
static int vhubd_dump(const struct vhubd_talk *t, const char *hub)
{
	struct vhub_place *places;
	int n = vhubd_places(t->nl, hub, &places), first = 0, ret, i;
	bool interrupted = false, found = false;
	struct vhub_vec *vec = t->data;

	if (n < 0)
		return n;
	t->nlh->nlmsg_flags |= NLM_F_DUMP;
	for (i = 0; i < n; i++) {
		ret = vhubd_dump_one(t, &places[i], &interrupted);
		found |= !ret;
		if (ret && !first && !vhubd_is_gone(ret))
			first = ret;
	}
	free(places);
	t->nl->interrupted = interrupted;
	if (!hub || found || !first)
		return 0;
	free(vec->items);
	vec->items = NULL;
	vec->n = 0;
	return first;
}

static int vhubd_list_link(const struct nlmsghdr *nlh, void *data)
{
	struct vhub_link_info *link = vhub_vec_push(data);

	return link ? vhubd_parse_link(nlh, link) : -ENOMEM;
}

int vhub_link_list(struct vhub_nl *nl, const char *hub,
		   struct vhub_link_info **links, size_t *n)
{
	struct vhub_vec vec = { .size = sizeof(**links) };
	char buf[VHUB_NL_REQUEST_SIZE];
	const struct vhubd_talk t = {
		nl, vhubd_request(buf, VHUBD_CMD_LINK_GET), vhubd_list_link,
		&vec
	};
	int ret = vhubd_dump(&t, hub);

	*links = vec.items;
	*n = vec.n;
	return ret;
}

static bool vhubd_not_there(int err)
{
	return err == -ENOENT;
}

/* A listing of what links have. One link's are of the vhubd that has it. */
static int vhubd_list(const struct vhubd_talk *t, const char *hub,
		      unsigned int attr, uint32_t link)
{
	struct vhub_vec *vec = t->data;
	int ret;

	if (!link)
		return vhubd_dump(t, hub);
	mnl_attr_put_u32(t->nlh, attr, link);
	t->nlh->nlmsg_flags |= NLM_F_DUMP;
	ret = vhubd_first(t, hub, vhubd_not_there);
	if (ret) {
		free(vec->items);
		memset(vec, 0, sizeof(*vec));
	}
	return ret;
}

static int vhubd_list_fwd(const struct nlmsghdr *nlh, void *data)
{
	struct vhub_fwd_info *fwd = vhub_vec_push(data);

	return fwd ? vhubd_parse_fwd(nlh, fwd) : -ENOMEM;
}

int vhub_fwd_list(struct vhub_nl *nl, const char *hub, uint32_t link,
		  struct vhub_fwd_info **fwds, size_t *n)
{
	struct vhub_vec vec = { .size = sizeof(**fwds) };
	char buf[VHUB_NL_REQUEST_SIZE];
	const struct vhubd_talk t = {
		nl, vhubd_request(buf, VHUBD_CMD_FWD_GET), vhubd_list_fwd, &vec
	};
	int ret = vhubd_list(&t, hub, VHUBD_A_FWD_LINK, link);

	*fwds = vec.items;
	*n = vec.n;
	return ret;
}

static int vhubd_list_lease(const struct nlmsghdr *nlh, void *data)
{
	struct vhub_lease_info *lease = vhub_vec_push(data);

	return lease ? vhubd_parse_lease(nlh, lease) : -ENOMEM;
}

int vhub_lease_list(struct vhub_nl *nl, const char *hub, uint32_t link,
		    struct vhub_lease_info **leases, size_t *n)
{
	struct vhub_vec vec = { .size = sizeof(**leases) };
	char buf[VHUB_NL_REQUEST_SIZE];
	const struct vhubd_talk t = {
		nl, vhubd_request(buf, VHUBD_CMD_LEASE_GET), vhubd_list_lease,
		&vec
	};
	int ret = vhubd_list(&t, hub, VHUBD_A_LEASE_LINK, link);

	*leases = vec.items;
	*n = vec.n;
	return ret;
}

static int vhubd_list_conn(const struct nlmsghdr *nlh, void *data)
{
	struct vhub_conn_info *conn = vhub_vec_push(data);

	return conn ? vhubd_parse_conn(nlh, conn) : -ENOMEM;
}

int vhub_conn_list(struct vhub_nl *nl, const char *hub, uint32_t link,
		   struct vhub_conn_info **conns, size_t *n)
{
	struct vhub_vec vec = { .size = sizeof(**conns) };
	char buf[VHUB_NL_REQUEST_SIZE];
	const struct vhubd_talk t = {
		nl, vhubd_request(buf, VHUBD_CMD_CONN_GET), vhubd_list_conn,
		&vec
	};
	int ret = vhubd_list(&t, hub, VHUBD_A_CONN_LINK, link);

	*conns = vec.items;
	*n = vec.n;
	return ret;
}

/* Links ------------------------------------------------------------------------*/

static int vhubd_one_link(const struct nlmsghdr *nlh, void *data)
{
	return vhubd_parse_link(nlh, data);
}

/* It is not for us, or it has not the rights: another one may. */
static bool vhubd_cannot(int err)
{
	return err == -EACCES || err == -EPERM || err == -EOPNOTSUPP;
}

int vhub_link_add(struct vhub_nl *nl, const char *hub, const char *text,
		  struct vhub_link_info *link)
{
	char buf[VHUB_NL_REQUEST_SIZE];
	const struct vhubd_talk t = {
		nl, vhubd_request(buf, VHUBD_CMD_LINK_ADD), vhubd_one_link,
		link
	};

	if (strlen(text) > VHUBD_TEXT_MAX)
		return -E2BIG;
	mnl_attr_put_strz(t.nlh, VHUBD_A_LINK_HUB_NAME, hub);
	mnl_attr_put_strz(t.nlh, VHUBD_A_LINK_TEXT, text);
	return vhubd_first(&t, hub, vhubd_cannot);
}

/* Its number, or its name. */
static int vhubd_put_link(struct nlmsghdr *nlh, const char *name)
{
	unsigned long id;

	if (!isdigit((unsigned char)*name)) {
		if (strlen(name) > VHUBD_LINK_NAME_MAX)
			return -ENOENT;
		mnl_attr_put_strz(nlh, VHUBD_A_LINK_NAME, name);
		return 0;
	}
	id = strtoul(name, NULL, 10);
	if (!id || id > UINT32_MAX)
		return -ENOENT;
	mnl_attr_put_u32(nlh, VHUBD_A_LINK_ID, id);
	return 0;
}

static bool vhubd_not_here(int err)
{
	return err == -ENOENT || err == -EACCES;
}

int vhub_link_get(struct vhub_nl *nl, const char *hub, const char *name,
		  struct vhub_link_info *link)
{
	char buf[VHUB_NL_REQUEST_SIZE];
	const struct vhubd_talk t = {
		nl, vhubd_request(buf, VHUBD_CMD_LINK_GET), vhubd_one_link,
		link
	};
	int ret = vhubd_put_link(t.nlh, name);

	return ret ? : vhubd_first(&t, hub, vhubd_not_here);
}

int vhub_link_del(struct vhub_nl *nl, const char *hub, const char *name)
{
	char buf[VHUB_NL_REQUEST_SIZE];
	const struct vhubd_talk t = {
		nl, vhubd_request(buf, VHUBD_CMD_LINK_DEL), NULL, NULL
	};
	int ret = vhubd_put_link(t.nlh, name);

	return ret ? : vhubd_first(&t, hub, vhubd_not_here);
}

/* Forwards ---------------------------------------------------------------------*/

static int vhubd_one_fwd(const struct nlmsghdr *nlh, void *data)
{
	return vhubd_parse_fwd(nlh, data);
}

/* The number of the only stack of all vhubds, 0 if they have none. */
static int vhubd_only_stack(struct vhub_nl *nl, const char *hub, uint32_t *id)
{
	struct vhub_link_info *links;
	size_t n, i, stacks = 0;
	int ret = vhub_link_list(nl, hub, &links, &n);

	if (ret)
		return ret;
	for (i = 0; i < n; i++) {
		if (strcmp(links[i].kind, "user"))
			continue;
		*id = links[i].id;
		stacks++;
	}
	free(links);
	nl->error[0] = '\0';
	return stacks > 1 ? -ENOTUNIQ : 0;
}

static int vhubd_change_fwd(const struct vhubd_talk *t, const char *hub,
			    const struct vhub_fwd_set *set)
{
	uint32_t link = set->link;
	int ret;

	if (strlen(set->text) > VHUBD_TEXT_MAX)
		return -E2BIG;
	if (!link) {
		ret = vhubd_only_stack(t->nl, hub, &link);
		if (ret)
			return ret;
	}
	mnl_attr_put_strz(t->nlh, VHUBD_A_FWD_HUB_NAME, hub);
	if (link)
		mnl_attr_put_u32(t->nlh, VHUBD_A_FWD_LINK, link);
	mnl_attr_put_strz(t->nlh, VHUBD_A_FWD_TEXT, set->text);
	mnl_attr_put_u32(t->nlh, VHUBD_A_FWD_KIND, set->kind);
	ret = vhubd_first(t, hub, vhubd_not_here);
	/* Who has no stack says so: somebody is there. */
	return ret == -ENOENT && !link ? -ENOLINK : ret;
}

int vhub_fwd_add(struct vhub_nl *nl, const char *hub,
		 const struct vhub_fwd_set *set, struct vhub_fwd_info *fwd)
{
	char buf[VHUB_NL_REQUEST_SIZE];
	const struct vhubd_talk t = {
		nl, vhubd_request(buf, VHUBD_CMD_FWD_ADD), vhubd_one_fwd, fwd
	};

	return vhubd_change_fwd(&t, hub, set);
}

int vhub_fwd_del(struct vhub_nl *nl, const char *hub,
		 const struct vhub_fwd_set *set)
{
	char buf[VHUB_NL_REQUEST_SIZE];
	const struct vhubd_talk t = {
		nl, vhubd_request(buf, VHUBD_CMD_FWD_DEL), NULL, NULL
	};

	return vhubd_change_fwd(&t, hub, set);
}
