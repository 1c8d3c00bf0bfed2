// SPDX-License-Identifier: GPL-2.0
/* vhub - vhub-bench: TCP between two hosts, measured by iperf3 */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "netns.h"

#define TCP_BYTES	"256M"
#define TCP_WAIT	500		/* times 10 ms */

#define TCP_SERVER	"ip netns exec " NETNS_NAME "1 iperf3 -s -1"
#define TCP_CLIENT	"ip netns exec " NETNS_NAME "0 iperf3 -c " \
			NETNS_ADDR_1 " -n " TCP_BYTES " -J"
#define TCP_LISTENS	"ip netns exec " NETNS_NAME "1 ss -ltnH | grep -q :5201"

const char *tcp_missing(void)
{
	return system("command -v iperf3 >/dev/null") ? "needs iperf3" : NULL;
}

static void tcp_start_server(void)
{
	unsigned int i;

	bench_shell(TCP_SERVER " -D");
	for (i = 0; i < TCP_WAIT; i++) {
		if (!system(TCP_LISTENS))
			return;
		usleep(10000);
	}
	bench_die("iperf3 does not listen");
}

static double tcp_ask_client(void)
{
	FILE *pipe = popen(TCP_CLIENT, "r");
	double rate = 0;
	json_error_t error;
	json_t *report;

	if (!pipe)
		bench_die("iperf3: %s", strerror(errno));
	report = json_loadf(pipe, 0, &error);
	if (!report)
		bench_die("iperf3: %s", error.text);
	if (json_unpack_ex(report, &error, 0, "{s:{s:{s:F}}}", "end",
			   "sum_received", "bits_per_second", &rate))
		bench_die("iperf3: %s", error.text);
	json_decref(report);
	if (pclose(pipe))
		bench_die("iperf3 failed");
	return rate;
}

/**
 * tcp_run() - have one host send to the other as fast as it can
 * @rival: what joins them, one of netns.h
 *
 * Return: bits a second that the receiver got.
 */
double tcp_run(const struct bench_rival *rival)
{
	double rate;

	rival->setup(2);
	tcp_start_server();
	rate = tcp_ask_client();
	rival->teardown();
	return rate;
}
