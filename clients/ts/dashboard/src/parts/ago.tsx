import { useNow } from '../hooks.js';
import { ago } from '../words.js';

export function Ago({ time }: { time: number | string }) {
  const then = typeof time === 'number' ? time : Date.parse(time);
  const now = useNow(10_000);
  return (
    <time dateTime={new Date(then).toISOString()} title={new Date(then).toLocaleString('en')}>
      {ago(then, now)}
    </time>
  );
}
