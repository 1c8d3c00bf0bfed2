// SPDX-License-Identifier: GPL-2.0
/* vhub - vhub-bench: what a frame costs through a hub, and through others */
#include "options.h"

int main(int argc, char **argv)
{
	static struct results results;
	struct options options = { 0 };

	options_read(&options, argc, argv);
	if (options.wall)
		measure_wall(&options, &results);
	else
		measure_instructions(&options, &results);
	table_limits(&results);
	if (options.json)
		json_write(&results, stdout);
	return options.check && !result_limits_met(&results);
}
