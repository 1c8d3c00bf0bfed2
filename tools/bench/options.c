// SPDX-License-Identifier: GPL-2.0
/* vhub - vhub-bench: the command line */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"

const struct bench_rival *const options_rivals[] = {
	&bench_vhub,
	&bench_ring_1,
	&bench_ring_16,
	&bench_ring_64,
	&bench_ring_256,
	&bench_switch_2,
	&bench_switch_10000,
	&bench_tap,
	&bench_tap_hub,
	&bench_ovs,
	&bench_vde,
	&bench_user_vde,
	&bench_cable,
	&bench_user_1,
	&bench_user_unconfined,
	&bench_user_64,
	&bench_hubport,
	&bench_user_tcp,
	&bench_lib_1,
	&bench_lib_64,
	&bench_veth,
	&bench_veth_bridge,
	&bench_veth_hub,
	&bench_veth_switch,
	NULL
};

static const char *const options_others[] = {
	"memcpy", "echo", "tcp", "stacks", "idle", "idle-user", "attach",
	"parts", NULL
};

static void options_usage(FILE *out)
{
	fputs("Usage: vhub-bench [OPTION]... [SYSTEM]...\n"
	      "\n"
	      "Measure as root what a frame costs on its way through SYSTEMs:\n"
	      "  memcpy   memcpy() alone\n"
	      "  vhub     the hub, by read() and write()\n"
	      "  ring-1, ring-16, ring-64, ring-256\n"
	      "           the hub, by rings, so many frames at a time\n"
	      "  switch-2, switch-10000\n"
	      "           the hub in mode switch, by rings, to so many addresses\n"
	      "  tap      TAP devices on a Linux bridge\n"
	      "  tap-hub  TAP devices on a hub\n"
	      "  ovs      TAP devices on Open vSwitch's kernel datapath\n"
	      "  vde      vde_switch as a hub\n"
	      "  user-vde vhubd as the hub, and clients as of vde\n"
	      "  user-1, user-64\n"
	      "           the same, by stream sockets, so many frames at a time\n"
	      "  user-unconfined\n"
	      "           user-1, and vhubd without its sandbox\n"
	      "  cable    no hub, one such socket from end to end\n"
	      "  hubport  a QEMU with a -netdev hubport for each of two TCP sockets\n"
	      "  user-tcp vhubd as the hub, and the same sockets\n"
	      "  lib-1, lib-64\n"
	      "           vhubd as the hub, by libvhub, so many frames at a time\n"
	      "  veth     UDP between two namespaces joined by a veth pair\n"
	      "  veth-bridge, veth-hub, veth-switch\n"
	      "           the same, by two pairs and a Linux bridge, a hub, a hub\n"
	      "           in mode switch\n"
	      "  echo     one frame there and back, through each kind of system\n"
	      "  tcp      TCP through veth and the three after it, by iperf3\n"
	      "  stacks   TCP from a namespace to its host, through vhubd and through\n"
	      "           slirp4netns\n"
	      "  idle     the hub with up to 1024 ports that nobody uses\n"
	      "  idle-user\n"
	      "           no frames: vhubd as the hub of 1000 clients\n"
	      "  attach   no frames: attaching 4096 ports to a hub\n"
	      "  parts    where the time of a frame goes, for vhub and tap\n"
	      "All but the last if none is given.\n"
	      "\n"
	      "  -c, --check  fail if a limit is not kept, or was to be measured\n"
	      "               and could not; a goal that is missed is no failure\n"
	      "  -j, --json   print the results as JSON after the table\n"
	      "  -q, --quick  frames to one receiver, of 64 and 1500 bytes; of\n"
	      "               echo and idle only what the baseline has\n"
	      "  -l, --long   by the clock, ten times as many frames, for a machine\n"
	      "               that needs no time for so few\n"
	      "  -w, --wall   measure by the clock how many frames a second\n"
	      "               arrive, and round trips, and nothing else\n"
	      "  -h, --help   this text\n"
	      "\n"
	      "Exit status: 0; 1 if --check found a limit missed; 2 if\n"
	      "something could not be measured.\n", out);
}

static bool options_known(const char *system)
{
	unsigned int i;

	for (i = 0; options_others[i]; i++)
		if (!strcmp(system, options_others[i]))
			return true;
	for (i = 0; options_rivals[i]; i++)
		if (!strcmp(system, options_rivals[i]->name))
			return true;
	return false;
}

/* Ends the program where there is nothing to measure. */
void options_read(struct options *options, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "check", no_argument, NULL, 'c' },
		{ "json", no_argument, NULL, 'j' },
		{ "long", no_argument, NULL, 'l' },
		{ "quick", no_argument, NULL, 'q' },
		{ "wall", no_argument, NULL, 'w' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	int option, i;

	while ((option = getopt_long(argc, argv, "cjlqwh", longs, NULL)) >= 0) {
		switch (option) {
		case 'c':
			options->check = true;
			break;
		case 'j':
			options->json = true;
			break;
		case 'l':
			options->longer = true;
			break;
		case 'q':
			options->quick = true;
			break;
		case 'w':
			options->wall = true;
			break;
		case 'h':
			options_usage(stdout);
			exit(0);
		default:
			options_usage(stderr);
			exit(2);
		}
	}
	options->systems = argv + optind;
	options->n_systems = argc - optind;
	for (i = 0; i < options->n_systems; i++)
		if (!options_known(options->systems[i]))
			bench_die("no system \"%s\"", options->systems[i]);
}

bool options_wanted(const struct options *options, const char *system)
{
	int i;

	if (!options->n_systems)
		return strcmp(system, "parts");
	for (i = 0; i < options->n_systems; i++)
		if (!strcmp(options->systems[i], system))
			return true;
	return false;
}
