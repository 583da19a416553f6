/**
 * The tables as Kysely sees them. Ids are text, times are milliseconds since 1970 in bigint columns (they fit a number), JSON is text, so that
 * SQLite and Postgres hold the same.
 */
export interface Tables {
  hosts: {
    id: string;
    name: string;
    /** 1 for the agent that this hub's own machine runs. */
    local: number;
    /** sha256 of the credential's secret; null until the host has joined. */
    credential: string | null;
    /** HostFacts as JSON; null until the host has joined. */
    facts: string | null;
    created: number;
    last_seen: number;
    /** When it was revoked; null while it is welcome. */
    revoked: number | null;
  };
  join_tokens: {
    hash: string;
    host: string;
    local: number;
    expires: number;
    used: number | null;
  };
  sessions: {
    hash: string;
    /** Name of the user for audit and for the hosts' own limits. */
    user_name: string;
    /** Permission[] as JSON. */
    permissions: string;
    created: number;
    expires: number;
  };
  snippets: {
    id: string;
    revision: number;
    name: string;
    files: string;
    settings: string;
    saved: number;
  };
  runs: {
    id: string;
    name: string;
    probe: string;
    snippet: string | null;
    snippet_revision: number | null;
    user_name: string;
    started: number;
    ended: number | null;
  };
  run_hosts: {
    run: string;
    host: string;
    stream: number;
    /** `RunStatus.state`, beside the whole status for queries. */
    state: string;
    status: string;
    /** ProbeSchema as JSON; null until the agent told it. */
    probe_schema: string | null;
  };
  audit: {
    id: string;
    time: number;
    user_name: string;
    action: string;
    host: string | null;
    run: string | null;
    detail: string;
  };
}
