import { useEffect, useState } from 'react';
import { LOG_SOURCE, type LogText } from '../session/decoder.ts';
import { theDecoder } from '../session/session.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { Empty } from '../ui/empty.tsx';
import styles from './log.module.css';

/** The verifier's log of a run, whole. */
export function LogView({ run }: { run: string | undefined }) {
  const logs = useLogs(run);
  if (logs.length === 0) {
    return (
      <Empty title="No verifier log">
        <p>When the kernel refuses a program, everything its verifier said is here.</p>
      </Empty>
    );
  }
  return (
    <div className={styles.page} data-testid="verifier-log">
      {logs.map(({ host, hostName, text }) => (
        <section key={host}>
          <header className={styles.head}>
            <span>{hostName}</span>
            <span className={styles.lines}>{text.split('\n').length} lines</span>
            <CopyButton text={text} />
          </header>
          <pre className={styles.text}>{text}</pre>
        </section>
      ))}
    </div>
  );
}

function useLogs(run: string | undefined): LogText[] {
  const [logs, setLogs] = useState<LogText[]>([]);
  useEffect(() => {
    if (run === undefined) {
      setLogs([]);
      return;
    }
    let over = false;
    const ask = (): void => {
      theDecoder()
        .log(run)
        .then((next) => {
          if (!over) setLogs(next);
        }, console.error);
    };
    ask();
    const end = theDecoder().onChange((changed) => {
      if (changed.has(LOG_SOURCE)) ask();
    });
    return () => {
      over = true;
      end();
    };
  }, [run]);
  return logs;
}
