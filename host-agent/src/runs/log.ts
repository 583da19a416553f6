/** One line for the agent's log. Texts of probes and loaders may be in it, so writers escape control characters. */
export type Log = (line: string) => void;
