import type { OpenHubSocket } from '../hub-socket.ts';

/** A socket to the hub without a worker. */
export function plainSocket(take: (frames: ArrayBuffer) => void = () => undefined): OpenHubSocket {
  return (url, on) => {
    const socket = new WebSocket(url);
    socket.binaryType = 'arraybuffer';
    socket.onopen = on.open;
    socket.onclose = on.close;
    socket.onmessage = ({ data }) => {
      if (typeof data === 'string') on.text(data);
      else {
        on.frames();
        take(data);
      }
    };
    return { send: (text) => socket.send(text), close: () => socket.close() };
  };
}
