/** The Chrome DevTools Protocol, as far as the measurements speak it themselves: requests and their answers. */
export interface DevTools {
  /** @throws what the browser refused it for */
  send(method: string, parameters?: object): Promise<unknown>;
  close(): void;
}

interface Answer {
  id?: number;
  result?: unknown;
  error?: { message: string };
}

/** @param url a target's `webSocketDebuggerUrl` */
export async function openDevTools(url: string): Promise<DevTools> {
  const socket = new WebSocket(url);
  const asked = new Map<number, PromiseWithResolvers<unknown>>();
  let last = 0;
  socket.onmessage = ({ data }: MessageEvent<string>) => {
    const { id, result, error } = JSON.parse(data) as Answer;
    const request = asked.get(id ?? 0);
    asked.delete(id ?? 0);
    if (error) request?.reject(new Error(error.message));
    else request?.resolve(result);
  };
  await new Promise<void>((resolve, reject) => {
    socket.onopen = () => resolve();
    socket.onerror = () => reject(new Error('the browser does not answer'));
  });
  socket.onclose = () => {
    for (const { reject } of asked.values()) reject(new Error('the browser has gone'));
  };
  return {
    send(method, parameters = {}) {
      const answer = Promise.withResolvers<unknown>();
      asked.set(++last, answer);
      socket.send(JSON.stringify({ id: last, method, params: parameters }));
      return answer.promise;
    },
    close: () => socket.close(),
  };
}
