// SPDX-License-Identifier: GPL-2.0
/*
 * vhub - a frame for which there is no memory is lost, and counted, and nothing else
 *
 *	sender --- |lan0| --- receivers, of every kind
 *
 * A frame is sent again and again, with the first, second, ... allocation or copy that
 * this takes failing, until it takes no more. Each port has then got the frame or says
 * why not, and so does the sender; and the next frame arrives.
 *
 * debug: only such kernels fail on demand
 */

#include "kselftest_harness.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "vhub_fail.h"
#include "vhub_fdb.h"
#include "vhub_packet.h"
#include "vhub_ring.h"

#define DEVICE	"dev0"
#define SIZE	3000	/* more than the first part of an skb */

enum frame_limits {
	MEM_SIZE	= 1 << 16,
	PORTS		= 3,	/* of a scene, the sender's first */
	PASSES_MIN	= 5,
	PASSES		= 100,
	QUEUE_SMALL	= 512,	/* frames before a queue grows */
};

/**
 * struct scene - a hub with a sender and receivers
 * @fds: files of the ports, -1 for none
 * @ring: rings of the sender, @fd -1 for none
 * @packet: what is sent, if it is one with work left undone
 * @capture: a socket that gets what the sender's device receives, -1 for none
 */
struct scene {
	int fds[PORTS];
	struct ring ring;
	struct packet packet;
	int capture;
};

/*
 * Senders: port 1
 */
static int sender_file(struct scene *scene)
{
	scene->fds[0] = attach(HUB);
	return scene->fds[0] < 0 ? scene->fds[0] : 0;
}

static int sender_ring(struct scene *scene)
{
	return ring_open(&scene->ring, 256, 256, MEM_SIZE) ?:
	       ring_attach(&scene->ring, HUB, 0);
}

static int sender_vnet(struct scene *scene)
{
	scene->packet = (struct packet){
		.payload = SIZE,
		.gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
		.gso_size = 1000,
	};
	packet_make(&scene->packet);
	scene->fds[0] = attach_vnet(HUB, 10, 0);
	return scene->fds[0] < 0 ? scene->fds[0] : 0;
}

/* One whose checksum alone is left. */
static int sender_csum(struct scene *scene)
{
	scene->packet = (struct packet){ .udp = true, .payload = 1000 };
	packet_make(&scene->packet);
	scene->fds[0] = attach_vnet(HUB, 10, 0);
	return scene->fds[0] < 0 ? scene->fds[0] : 0;
}

static int plug(const char *name)
{
	struct port_info info;

	return link_up(name, true) ?: port_add(HUB, name, &info);
}

static int sender_tap(struct scene *scene)
{
	scene->fds[0] = tap_open(DEVICE, 0, 0, 0);
	return scene->fds[0] < 0 ? scene->fds[0] :
	       link_set_mtu(DEVICE, 9000) ?: plug(DEVICE);
}

/* A frame that is an skb, and has to get another tag. */
static int sender_tap_trunk(struct scene *scene)
{
	return sender_tap(scene) ?: port_set_vlans(HUB, 1, -1, "5");
}

/* Has all that a device receives shown to another, too: that shares its frames. */
static int capture(struct scene *scene)
{
	scene->capture = open_capture(DEVICE);
	return scene->capture < 0 ? scene->capture : 0;
}

static int sender_tap_captured(struct scene *scene)
{
	return sender_tap(scene) ?: capture(scene);
}

static int sender_tun_captured(struct scene *scene)
{
	scene->fds[0] = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	if (scene->fds[0] < 0)
		return -errno;
	return tun_set_iff(scene->fds[0], DEVICE, IFF_TUN | IFF_NO_PI) ?:
	       plug(DEVICE) ?: capture(scene);
}

static int sender_file_trunk(struct scene *scene)
{
	return sender_file(scene) ?: port_set_vlans(HUB, 1, 5, NULL);
}

/*
 * Receivers: ports 2 and 3
 */
static int receiver_queue(struct scene *scene)
{
	scene->fds[1] = attach(HUB);
	return scene->fds[1] < 0 ? scene->fds[1] : 0;
}

/* Which has to grow. */
static int receiver_full(struct scene *scene)
{
	int i, ret = receiver_queue(scene);

	for (i = 0; !ret && i < QUEUE_SMALL; i++)
		ret = send_frame(scene->fds[0], 60, i);
	return ret;
}

static int receiver_tap(struct scene *scene)
{
	scene->fds[1] = tap_open("dev1", 0, 0, 0);
	return scene->fds[1] < 0 ? scene->fds[1] :
	       link_set_mtu("dev1", 9000) ?: plug("dev1");
}

static int receiver_tun(struct scene *scene)
{
	scene->fds[1] = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	if (scene->fds[1] < 0)
		return -errno;
	return tun_set_iff(scene->fds[1], "dev1", IFF_TUN | IFF_NO_PI) ?:
	       link_set_mtu("dev1", 9000) ?: plug("dev1");
}

static int receiver_host(struct scene *scene)
{
	return link_set_mtu(HUB, 9000) ?: link_up(HUB, true);
}

/* Two that share what is made for them. */
static int receiver_both(struct scene *scene)
{
	scene->fds[2] = attach(HUB);
	return scene->fds[2] < 0 ? scene->fds[2] : receiver_tap(scene);
}

static int receiver_vlans(struct scene *scene)
{
	int ret = hub_set_number(HUB, VHUB_A_HUB_MODE, VHUB_HUB_MODE_SWITCH) ?:
		  receiver_both(scene);

	return ret ?: port_set_vlans(HUB, 2, -1, "5") ?:
		      port_set_vlans(HUB, 3, 5, NULL);
}

/*
 * Sending
 */
static int send_plain(struct scene *scene)
{
	return send_frame(scene->fds[0], SIZE, 1);
}

static int send_tagged(struct scene *scene)
{
	unsigned char frame[SIZE];

	make_frame(frame, SIZE, 1);
	memcpy(frame + 12, "\x81\0\0\5\x88\xb5", 6);
	return write(scene->fds[0], frame, SIZE) < 0 ? -errno : 0;
}

/* To a group: nobody has to be asked for. */
static int send_to_group(struct scene *scene)
{
	static const unsigned char packet[28] = {
		0x45, 0, 0, 28, 0, 0, 0, 0, 1, 17, 0, 0,
		192, 0, 2, 1, 224, 0, 0, 251,
	};

	return write(scene->fds[0], packet, sizeof(packet)) < 0 ? -errno : 0;
}

static int send_by_ring(struct scene *scene)
{
	return ring_send(&scene->ring, 1000, 1);
}

static int send_packet(struct scene *scene)
{
	ssize_t ret = packet_send(&scene->packet, scene->fds[0], 10);

	return ret < 0 ? ret : 0;
}

FIXTURE(fail_frames)
{
	struct scene *scene;
};

FIXTURE_VARIANT(fail_frames)
{
	int (*receiver)(struct scene *scene);
	int (*sender)(struct scene *scene);
	int (*send)(struct scene *scene);
	unsigned int pieces;	/* that the frame becomes, 0 for one */
	bool full;		/* a queue that cannot grow is full, too */
	bool free;		/* the module needs no memory */
};

FIXTURE_VARIANT_ADD(fail_frames, file_to_file)
{
	.sender = sender_file,
	.receiver = receiver_queue,
	.send = send_plain,
};

FIXTURE_VARIANT_ADD(fail_frames, file_to_full)
{
	.sender = sender_file,
	.receiver = receiver_full,
	.send = send_plain,
	.full = true,
};

FIXTURE_VARIANT_ADD(fail_frames, file_to_device)
{
	.sender = sender_file,
	.receiver = receiver_tap,
	.send = send_plain,
};

FIXTURE_VARIANT_ADD(fail_frames, file_to_host)
{
	.sender = sender_file,
	.receiver = receiver_host,
	.send = send_plain,
};

FIXTURE_VARIANT_ADD(fail_frames, file_to_both)
{
	.sender = sender_file,
	.receiver = receiver_both,
	.send = send_plain,
};

FIXTURE_VARIANT_ADD(fail_frames, ring_to_file)
{
	.sender = sender_ring,
	.receiver = receiver_queue,
	.send = send_by_ring,
};

FIXTURE_VARIANT_ADD(fail_frames, ring_to_device)
{
	.sender = sender_ring,
	.receiver = receiver_tap,
	.send = send_by_ring,
};

FIXTURE_VARIANT_ADD(fail_frames, ring_to_both)
{
	.sender = sender_ring,
	.receiver = receiver_both,
	.send = send_by_ring,
};

FIXTURE_VARIANT_ADD(fail_frames, checksum_to_file)
{
	.sender = sender_csum,
	.receiver = receiver_queue,
	.send = send_packet,
};

FIXTURE_VARIANT_ADD(fail_frames, segments_to_file)
{
	.sender = sender_vnet,
	.receiver = receiver_queue,
	.send = send_packet,
	.pieces = 3,
};

FIXTURE_VARIANT_ADD(fail_frames, segments_to_device)
{
	.sender = sender_vnet,
	.receiver = receiver_tap,
	.send = send_packet,
};

FIXTURE_VARIANT_ADD(fail_frames, segments_to_packets)
{
	.sender = sender_vnet,
	.receiver = receiver_tun,
	.send = send_packet,
};

FIXTURE_VARIANT_ADD(fail_frames, device_to_file)
{
	.sender = sender_tap,
	.receiver = receiver_queue,
	.send = send_plain,
	.free = true,
};

FIXTURE_VARIANT_ADD(fail_frames, device_to_both)
{
	.sender = sender_tap,
	.receiver = receiver_both,
	.send = send_plain,
};

FIXTURE_VARIANT_ADD(fail_frames, device_to_vlans)
{
	.sender = sender_tap_trunk,
	.receiver = receiver_vlans,
	.send = send_tagged,
};

FIXTURE_VARIANT_ADD(fail_frames, captured_device_to_file)
{
	.sender = sender_tap_captured,
	.receiver = receiver_queue,
	.send = send_tagged,
};

FIXTURE_VARIANT_ADD(fail_frames, captured_packets_to_file)
{
	.sender = sender_tun_captured,
	.receiver = receiver_queue,
	.send = send_to_group,
};

FIXTURE_VARIANT_ADD(fail_frames, file_to_vlans)
{
	.sender = sender_file_trunk,
	.receiver = receiver_vlans,
	.send = send_plain,
};

FIXTURE_SETUP(fail_frames)
{
	if (access("/proc/thread-self/fail-nth", W_OK))
		SKIP(return, "no kernel that fails on demand");
	self->scene = calloc(1, sizeof(*self->scene));
	ASSERT_NE(NULL, self->scene);
	ASSERT_EQ(0, new_net());
	ASSERT_EQ(0, no_ipv6());
	ASSERT_EQ(0, fail_open());
}

FIXTURE_TEARDOWN(fail_frames)
{
	free(self->scene);
}

static void clean(struct scene *scene)
{
	int i;

	for (i = 0; i < PORTS; i++)
		if (scene->fds[i] >= 0)
			close(scene->fds[i]);
	if (scene->ring.fd >= 0)
		ring_close(&scene->ring);
	if (scene->capture >= 0)
		close(scene->capture);
}

/* The sender's is port 1; the host, port 0, is the receiver if there is no file. */
static int prepare(const FIXTURE_VARIANT(fail_frames) *variant,
		   struct scene *scene)
{
	memset(scene->fds, 0xff, sizeof(scene->fds));
	scene->ring.fd = -1;
	scene->capture = -1;
	return hub_add(HUB) ?: variant->sender(scene) ?:
	       variant->receiver(scene);
}

/* Reads all counters. Return: 0 or -errno. */
static int count_all(const struct scene *scene, struct port_info *ports)
{
	int number, ret = 0;

	for (number = 0; !ret && number <= PORTS; number++)
		if (number < 2 || scene->fds[number - 1] >= 0)
			ret = port_get(HUB, number, &ports[number]);
	return ret;
}

/* Reads what the ports have counted since @before was read. */
static int count_since(const struct scene *scene,
		       const struct port_info *before, struct port_info *ports)
{
	int i, number, ret = count_all(scene, ports);

	for (number = 0; number <= PORTS; number++) {
		ports[number].rx_frames -= before[number].rx_frames;
		ports[number].tx_frames -= before[number].tx_frames;
		for (i = 0; i <= VHUB_A_DROPS_MAX; i++)
			ports[number].drops[i] -= before[number].drops[i];
	}
	return ret;
}

static bool receives(const struct scene *scene, int number)
{
	if (number == 0)
		return scene->fds[1] < 0 && scene->fds[2] < 0;
	return number > 1 && scene->fds[number - 1] >= 0;
}

/* Has a port the whole of @sent frames, or counted what it has not? What becomes no
 * pieces is lost as one.
 */
static bool accounts(const FIXTURE_VARIANT(fail_frames) *variant,
		     const struct port_info *port, __u64 sent)
{
	return port->rx_frames + port_lost(port) == sent * (variant->pieces ?: 1) ||
	       (sent && port_lost(port) == sent && !port->rx_frames);
}

/* Sends a frame, with failure @fail_next; adds up in @losses what the ports count.
 * Return: NULL or what is wrong.
 */
static const char *send_failing(const FIXTURE_VARIANT(fail_frames) *variant,
				struct scene *scene, __u64 *losses)
{
	struct port_info before[PORTS + 1] = {}, ports[PORTS + 1] = {};
	int i, number, ret;

	if (count_all(scene, before))
		return "no counters";
	fail_hit = false;
	fail_begin();
	ret = variant->send(scene);
	fail_end();
	/* ENOBUFS is TUN's. */
	if (ret && ret != -ENOMEM && ret != -EFAULT && ret != -ENOBUFS)
		return "an errno of something else";

	if (count_since(scene, before, ports))
		return "no counters";
	/* What never got to the port it has not counted, but said. */
	if (ports[1].tx_frames + port_lost(&ports[1]) != 1 &&
	    !(ret && !ports[1].tx_frames && !port_lost(&ports[1])))
		return "the sender's port does not account for it";
	for (number = 0; number <= PORTS; number++) {
		for (i = 0; i <= VHUB_A_DROPS_MAX; i++)
			losses[i] += ports[number].drops[i];
		if (receives(scene, number) &&
		    !accounts(variant, &ports[number], ports[1].tx_frames))
			return "a receiver's port does not account for it";
	}
	return NULL;
}

/* Sends a frame as always. Return: NULL or what is wrong. */
static const char *send_well(const FIXTURE_VARIANT(fail_frames) *variant,
			     struct scene *scene)
{
	struct port_info before[PORTS + 1] = {}, ports[PORTS + 1] = {};
	int number;

	if (count_all(scene, before) || variant->send(scene) ||
	    count_since(scene, before, ports))
		return "the next frame cannot be sent";
	if (ports[1].tx_frames != 1)
		return "the next frame is lost";
	for (number = 0; number <= PORTS; number++)
		if (receives(scene, number) &&
		    ports[number].rx_frames != (variant->pieces ?: 1))
			return "the next frame does not arrive";
	return NULL;
}

/* Return: NULL or what is wrong. */
static const char *try_once(const FIXTURE_VARIANT(fail_frames) *variant,
			    struct scene *scene, __u64 *losses)
{
	const char *wrong;

	if (prepare(variant, scene))
		return "no ports";
	wrong = send_failing(variant, scene, losses) ?:
		send_well(variant, scene);
	clean(scene);
	return link_del(HUB) && !wrong ? "the hub stays" : wrong;
}

/* Which allocation has which number depends on what the allocator has left from the
 * time before: a pass may miss one.
 */
TEST_F(fail_frames, each_is_counted)
{
	__u64 losses[VHUB_A_DROPS_MAX + 1] = {};
	__u64 *no_memory = &losses[VHUB_A_DROPS_NO_MEMORY];
	__u64 *full = &losses[VHUB_A_DROPS_FULL];
	const char *wrong;
	int pass;

	for (pass = 0; pass < (variant->free ? 1 : PASSES) &&
	     (pass < PASSES_MIN || !*no_memory || *full < variant->full); pass++) {
		fail_hit = true;
		for (fail_next = 1; fail_hit; fail_next++) {
			ASSERT_LT(fail_next, FAIL_NTH_MAX);
			wrong = try_once(variant, self->scene, losses);
			ASSERT_EQ(NULL, wrong)
				TH_LOG("failure %d of pass %d: %s", fail_next,
				       pass, wrong);
		}
	}
	EXPECT_EQ(!variant->free, *no_memory > 0);
	EXPECT_EQ(variant->full, *full > 0);
	TH_LOG("%d passes, %d failures in the last, %llu frames lost", pass,
	       fail_next - 2, *no_memory);
}

TEST_HARNESS_MAIN
