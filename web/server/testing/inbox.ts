/** Messages in the order they came; `next` waits for the first that fits, those before it stay. */
export interface Inbox<T> {
  readonly all: readonly T[];
  put(message: T): void;
  next<U extends T>(fits: (message: T) => message is U): Promise<U>;
  next(fits: (message: T) => boolean): Promise<T>;
  end(reason: Error): void;
}

const WAIT = 20_000;

export function inbox<T>(): Inbox<T> {
  const all: T[] = [];
  const taken = new Set<number>();
  let ended: Error | undefined;
  const waiting = new Set<{ look(): void; fail(reason: Error): void }>();

  function next(fits: (message: T) => boolean): Promise<T> {
    return new Promise((resolve, reject) => {
      const asked = new Error('waiting for a message');
      const waiter = {
        look() {
          const index = all.findIndex((message, at) => !taken.has(at) && fits(message));
          const found = all[index];
          if (found === undefined) return;
          taken.add(index);
          finish();
          resolve(found);
        },
        fail(reason: Error) {
          finish();
          asked.message += `: ${reason.message}; came: ${JSON.stringify(all.slice(-20), printable).slice(0, 3000)}`;
          reject(asked);
        },
      };
      const timer = setTimeout(() => waiter.fail(new Error(`none in ${WAIT} ms`)), WAIT);
      const finish = () => {
        clearTimeout(timer);
        waiting.delete(waiter);
      };
      waiting.add(waiter);
      waiter.look();
      if (ended !== undefined && waiting.has(waiter)) waiter.fail(ended);
    });
  }

  return {
    all,
    put(message) {
      all.push(message);
      for (const waiter of [...waiting]) waiter.look();
    },
    next: next as Inbox<T>['next'],
    end(reason) {
      ended = reason;
      for (const waiter of [...waiting]) waiter.fail(reason);
    },
  };
}

const printable = (_key: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);
