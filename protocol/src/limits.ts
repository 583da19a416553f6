/** Every cap and watermark of the product, in one place. Sizes in bytes, times in milliseconds unless named otherwise. */

const KIB = 1024;
const MIB = 1024 * KIB;

/** Largest WebSocket message, either direction. FACTS: `ws` would allow 100 MiB. */
export const MESSAGE_MAX = 1 * MIB;
/** Largest payload of one frame; a message holds several frames. */
export const FRAME_PAYLOAD_MAX = 256 * KIB;

/** All source files of a snippet together, and one snippet's number of files. */
export const SNIPPET_MAX = 512 * KIB;
export const SNIPPET_FILES_MAX = 32;
export const FILE_NAME_PATTERN = /^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/;
/** Characters of a table's filter. */
export const FILTER_MAX = 2000;
/** A snippet smaller than this (deflated, base64url) may travel in a link's fragment. */
export const FRAGMENT_MAX = 6 * KIB;

export const OBJECT_MAX = 4 * MIB;
export const DIAGNOSTICS_MAX = 256 * KIB;
export const COMPILE_TIMEOUT = 10_000;

/** The hub pings, an agent that is silent longer is gone; an agent ends its runs when the hub is gone this long. */
export const HEARTBEAT_INTERVAL = 2_000;
export const HEARTBEAT_TIMEOUT = 7_000;
export const LEASE = 15_000;
export const JOIN_TOKEN_LIFETIME = 15 * 60_000;
/** A connection says who it is within this time. An emulated machine that is busy takes seconds to begin. */
export const HELLO_TIMEOUT = 10_000;
export const REQUEST_TIMEOUT = 30_000;
/** Measuring what a probe costs: some twenty seconds, and many times that for one that slows what it is measured by. */
export const COST_MAX = 150_000;

/** Frames an agent keeps per run to send again after a reconnect. */
export const RESUME_BUFFER = 8 * MIB;
/**
 * Data bytes in flight to the hub, in the agent's socket. More would keep control messages and heartbeats back behind it. What is in
 * flight lies in the memory of frames that are kept to be sent again, so that keeps more (limits.test.ts).
 */
export const AGENT_IN_FLIGHT = 4 * MIB;
/** Bytes an agent lets wait in its runs' queues before it drops data frames, counted. */
export const AGENT_QUEUE_MAX = 32 * MIB;
/** Frames the hub keeps per stream for viewers that join late. */
export const LATE_JOIN_BUFFER = 2 * MIB;
/** Data bytes the hub lets wait for one viewer before it drops that viewer's frames, counted. */
export const VIEWER_QUEUE_MAX = 8 * MIB;
/** Bytes of frames that wait for the worker that decodes them before the page drops frames, counted as the viewer's. */
export const PAGE_QUEUE_MAX = 16 * MIB;
/** Longest text of the verifier about one program, see host-agent/loader/src/bounds.h. */
export const VERIFIER_LOG_MAX = 128 * MIB;
/** Bytes of such texts that an agent lets wait in all its runs' queues together: one at its longest, with the frames' headers. */
export const AGENT_LOG_MAX = VERIFIER_LOG_MAX + 1 * MIB;
/** Bytes in flight to a terminal before its host pauses. FACTS: xterm discards past 50 MB. */
export const TERMINAL_IN_FLIGHT = 384 * KIB;

/** Values that one request may ask names for; with the longest of texts the answer still fits a message. */
export const NAMES_ASKED_MAX = 512;
/**
 * After this long a host answers with the names that it has, and goes on in the background: few questions are under way at a time, and
 * one about a large file must not keep the names of small ones waiting.
 */
export const NAMES_PATIENCE = 1_000;
/** Characters of a name, and of what is told with it. Demangled names of templates go on for kilobytes. */
export const NAME_TEXT_MAX = 256;
export const NAME_DETAIL_MAX = 320;

/** How often counters and map snapshots are sent while a run goes on. */
export const COUNTS_INTERVAL = 500;
export const MAP_INTERVAL = 1_000;
/** Default sampling frequency of a perf_event program, per CPU. An odd rate avoids marching in step with timers. */
export const PERF_FREQUENCY_HZ = 99;
/** What user space is expected to set when a program leaves it 0 (FACTS, corpus). */
export const DEFAULT_MAX_ENTRIES = 10_240;
export const STACK_DEPTH = 127;
