/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vhub - counters of a port, per CPU, with a reason for every drop
 */
#ifndef _VHUB_STATS_H
#define _VHUB_STATS_H

#include <linux/percpu.h>
#include <linux/u64_stats_sync.h>

#include <uapi/linux/vhub.h>

/**
 * struct vhub_stats - counters of one port on one CPU
 * @syncp: lets 32-bit readers see whole values
 * @rx_frames: frames the hub gave to the port
 * @rx_bytes: bytes of these, without virtio-net headers
 * @tx_frames: frames the port gave to the hub
 * @tx_bytes: bytes of these, without virtio-net headers
 * @drops: frames lost at this port, by VHUB_A_DROPS_*
 * @not_learned: frames from addresses that found no room in the hub's table
 *
 * Written with bottom halves off by the CPU they belong to.
 */
struct vhub_stats {
	struct u64_stats_sync syncp;
	u64_stats_t rx_frames;
	u64_stats_t rx_bytes;
	u64_stats_t tx_frames;
	u64_stats_t tx_bytes;
	u64_stats_t drops[VHUB_A_DROPS_MAX + 1];
	u64_stats_t not_learned;
};

/**
 * struct vhub_stats_sum - counters of one port, all CPUs together
 * @rx_frames: as in struct vhub_stats, so the others
 * @rx_bytes: see there
 * @tx_frames: see there
 * @tx_bytes: see there
 * @drops: see there
 * @not_learned: see there
 */
struct vhub_stats_sum {
	u64 rx_frames;
	u64 rx_bytes;
	u64 tx_frames;
	u64 tx_bytes;
	u64 drops[VHUB_A_DROPS_MAX + 1];
	u64 not_learned;
};

static inline void vhub_stats_rx(struct vhub_stats __percpu *percpu,
				 u32 frames, u64 bytes)
{
	struct vhub_stats *stats = this_cpu_ptr(percpu);

	u64_stats_update_begin(&stats->syncp);
	u64_stats_add(&stats->rx_frames, frames);
	u64_stats_add(&stats->rx_bytes, bytes);
	u64_stats_update_end(&stats->syncp);
}

static inline void vhub_stats_tx(struct vhub_stats __percpu *percpu,
				 u32 frames, u64 bytes)
{
	struct vhub_stats *stats = this_cpu_ptr(percpu);

	u64_stats_update_begin(&stats->syncp);
	u64_stats_add(&stats->tx_frames, frames);
	u64_stats_add(&stats->tx_bytes, bytes);
	u64_stats_update_end(&stats->syncp);
}

static inline void vhub_stats_drop(struct vhub_stats __percpu *percpu,
				   int reason, u32 frames)
{
	struct vhub_stats *stats = this_cpu_ptr(percpu);

	u64_stats_update_begin(&stats->syncp);
	u64_stats_add(&stats->drops[reason], frames);
	u64_stats_update_end(&stats->syncp);
}

static inline void vhub_stats_not_learned(struct vhub_stats __percpu *percpu)
{
	struct vhub_stats *stats = this_cpu_ptr(percpu);

	u64_stats_update_begin(&stats->syncp);
	u64_stats_inc(&stats->not_learned);
	u64_stats_update_end(&stats->syncp);
}

#endif /* _VHUB_STATS_H */
