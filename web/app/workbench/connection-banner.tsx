import { memo, useEffect, useState } from 'react';
import { useSession } from '../../src/session/hosts.ts';
import { retryConnection } from '../../src/session/session.ts';
import { Button } from '../../src/ui/button.tsx';
import { Icon } from '../../src/ui/icon.tsx';
import { names } from '../../src/ui/names.ts';
import styles from './connection-banner.module.css';

/** Says when the hub can't be reached, and what happens about it. */
export const ConnectionBanner = memo(function ConnectionBanner() {
  const connection = useSession((state) => state.connection);
  const seconds = useSecondsUntil(connection.state === 'waiting' ? connection.retryAt : undefined);
  if (connection.state === 'refused') {
    return (
      <div className={names(styles.banner, styles.refused)} role="alert" data-testid="refused">
        <Icon name="error" />
        <span className={styles.text}>
          The hub refused: {connection.error.message}. {connection.error.remedy}
        </span>
        <Button small onClick={() => location.reload()}>
          Reload
        </Button>
      </div>
    );
  }
  const lost =
    connection.state === 'waiting' || (connection.state === 'connecting' && connection.attempt > 0);
  if (!lost) return <div />;
  return (
    <div className={styles.banner} role="alert" data-testid="connection-lost">
      <Icon name="warning" />
      <span className={styles.text}>
        The connection to the hub is lost; runs go on for a while without it.{' '}
        {connection.state === 'waiting' ? `Trying again in ${seconds} s.` : 'Trying again…'}
      </span>
      <Button small onClick={retryConnection}>
        Try now
      </Button>
    </div>
  );
});

function useSecondsUntil(time: number | undefined): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (time === undefined) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [time]);
  return time === undefined ? 0 : Math.max(0, Math.ceil((time - now) / 1000));
}
