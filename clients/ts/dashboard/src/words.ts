/** What is shown, in words: names, sizes, times. */
import type { OperationStatus } from '@walrus/client';
import type { Status as Shown } from '@walrus/client/bindings';

/** How an operation stands, as a hook or the server gives it. */
export type Status = Shown | OperationStatus;

export const kindNames: Record<string, string> = {
  document_upload: 'Upload',
  web_crawl: 'Crawl',
  chat: 'Answer',
};

export const kindName = (kind: string | null): string => (kind === null ? 'Operation' : (kindNames[kind] ?? sentence(kind)));

/** `extracting_text` as it is read. */
export function sentence(name: string): string {
  const words = name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export const count = (number: number, one: string, many = `${one}s`): string => `${number.toLocaleString('en')} ${number === 1 ? one : many}`;

export function bytes(size: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, size)) / 3));
  const value = size / 1000 ** power;
  return `${power > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} ${units[power]}`;
}

/** How long something took, or will take. */
export function duration(seconds: number): string {
  if (seconds < 0.95) return `${Math.max(0, Math.round(seconds * 1000))} ms`;
  if (seconds < 59.5) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** What is left, no finer than it can be known. */
export function remaining(seconds: number): string {
  if (seconds < 1) return 'less than a second left';
  return seconds < 59.5 ? `${Math.ceil(seconds)} s left` : `about ${duration(seconds)} left`;
}

export function ago(then: number, now: number): string {
  const seconds = (now - then) / 1000;
  if (seconds < 10) return 'just now';
  if (seconds < 60) return `${Math.floor(seconds)} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return new Date(then).toLocaleDateString('en', { day: 'numeric', month: 'short', year: 'numeric' });
}

export const clock = (time: string): string =>
  new Date(time).toLocaleTimeString('en', { hour12: false, hour: '2-digit', minute: '2-digit', second: '2-digit' });

export const numberIn = (status: Status, name: string): number | null => {
  const value = (status.status_metadata as Readonly<Record<string, unknown>>)[name];
  return typeof value === 'number' ? value : null;
};

export const hasEnded = (status: Status): boolean => status.processing_status !== 'processing';

export type Standing = 'queued' | 'working' | 'completed' | 'cancelled' | 'failed';

export function standingOf(status: Status): Standing {
  if (status.processing_status === 'completed') return 'completed';
  if (status.processing_status === 'failed') return status.error?.type === 'cancelled' ? 'cancelled' : 'failed';
  return numberIn(status, 'queue_position') === null ? 'working' : 'queued';
}

/** The place in the queue, for whoever waits. */
export function place(status: Status): string {
  const position = numberIn(status, 'queue_position') ?? 1;
  return position <= 1 ? 'Next in the queue' : `${position - 1} ahead in the queue`;
}

/** What somebody can do about an end that was none to wish for, beside what the error says itself. */
export function advice({ error }: Status): string {
  if (error === null) return '';
  if (error.type === 'cancelled') return 'It was cancelled. A retry takes it up again.';
  if (error.type === 'interrupted') return 'The server stopped meanwhile. Ask again.';
  if (error.retryable) return 'This can pass: a retry goes on at the step that failed.';
  return 'A retry alone will not help; what was given has to change.';
}
