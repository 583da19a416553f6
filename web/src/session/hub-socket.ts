/** The page's end of a WebSocket to the hub that the decoding worker holds: texts come here, frames stay there. */
export interface HubSocket {
  send(text: string): void;
  close(): void;
}

export interface HubSocketEvents {
  open(): void;
  text(text: string): void;
  /** Messages of frames have come; told now and then, as a sign of life. */
  frames(): void;
  close(): void;
}

/** Opens a socket at once; it tells what happens in the order in which it happens. */
export type OpenHubSocket = (url: string, on: HubSocketEvents) => HubSocket;
