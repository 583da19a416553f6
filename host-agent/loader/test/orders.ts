import type { LoaderSetup, LoaderSpec } from '@probepad/protocol/loader';

/** Setup and spec together, so that a test changes what it is about in one place. */
export type Orders = LoaderSetup & LoaderSpec;

/** Orders that allow everything and ask for nothing; tests fill in what they are about. */
export function makeOrders(object: Buffer, over: Partial<Orders>): Orders {
  return {
    version: 2,
    run: `t${process.pid}x${nextRun++}`,
    trace_tag: '~pp:TESTTAG~',
    trace: false,
    memory_bytes: 0,
    uid: 65534,
    gid: 65534,
    stream: 7,
    object_size: object.length,
    params: [],
    maps: [],
    programs: [],
    policy: {
      program_types: ['*'],
      helpers_denied: [],
      kfuncs_allowed: ['*'],
      targets_allowed: ['*'],
      targets_denied: [],
      interfaces_allowed: ['*'],
      cgroups_allowed: ['*'],
    },
    sources: [],
    lost_sites: [],
    counts_interval: 100,
    ...over,
  };
}
let nextRun = 1;

/** The two messages that a loader takes them as. */
export function messagesOf(orders: Orders): [LoaderSetup, LoaderSpec] {
  const { version, run, trace_tag, trace, memory_bytes, uid, gid, ...spec } = orders;
  return [{ version, run, trace_tag, trace, memory_bytes, uid, gid }, spec];
}
