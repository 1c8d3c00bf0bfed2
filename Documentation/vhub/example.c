// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - example of libvhub: say something on a hub, print what is heard
 *
 *	cc example.c $(pkg-config --cflags --libs libvhub) -o example
 *	./example lan0
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vhub/netlink.h>
#include <vhub/vhub.h>

/* A broadcast of the type that is for experiments. */
static const unsigned char hello[60] =
	"\xff\xff\xff\xff\xff\xff" "\x02\x00\x5e\x00\x53\x01" "\x88\xb5"
	"hello, hub";

static void print(const struct vhub_frame *frame)
{
	const unsigned char *f = frame->data;

	printf("%u bytes from %02x:%02x:%02x:%02x:%02x:%02x, type %02x%02x\n",
	       frame->len, f[6], f[7], f[8], f[9], f[10], f[11], f[12], f[13]);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	char why[VHUB_SENTENCE_SIZE];
	struct vhub_frame frames[64];
	struct vhub *v;
	int i, n;

	if (argc != 2) {
		fprintf(stderr, "usage: example HUB\n");
		return EXIT_FAILURE;
	}
	n = vhub_open(&v, argv[1], NULL);
	if (n < 0) {
		vhub_explain_attach(n, argv[1], why);
		fprintf(stderr, "example: %s\n", why);
		return EXIT_FAILURE;
	}
	n = vhub_send(v, hello, sizeof(hello));
	while (n >= 0) {
		n = vhub_recv_batch(v, frames, 64);
		for (i = 0; i < n; i++)
			print(&frames[i]);
		if (n > 0)
			n = vhub_release(v, n);
	}
	fprintf(stderr, "example: %s\n", strerror(-n));
	vhub_close(v);
	return EXIT_FAILURE;
}
