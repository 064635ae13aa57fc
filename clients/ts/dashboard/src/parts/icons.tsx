/** Drawn here, in one weight; each is beside words that say the same. */
import type { ReactNode } from 'react';

const drawn = {
  file: <path d="M6 2.75h5.5L16 7.25v10H6zM11.25 3v4.5h4.5" />,
  site: <path d="M10 2.75a7.25 7.25 0 1 0 0 14.5 7.25 7.25 0 0 0 0-14.5M2.9 10h14.2M10 2.9c2 2 3 4.4 3 7.1s-1 5.1-3 7.1c-2-2-3-4.4-3-7.1s1-5.1 3-7.1" />,
  chat: <path d="M3.25 4.25h13.5v9.5h-7l-3.5 3v-3h-3z" />,
  pipe: <path d="M3 6h6.5a3 3 0 0 1 3 3v2a3 3 0 0 0 3 3H17M14.5 11.5 17 14l-2.5 2.5" />,
  upload: <path d="M10 13V3.5M6 7l4-4 4 4M3.5 12.5v4h13v-4" />,
  check: <path d="m4.5 10.5 3.5 3.5 7.5-8" />,
  cross: <path d="m5.5 5.5 9 9m0-9-9 9" />,
  retry: <path d="M15.5 7A6.25 6.25 0 1 0 16.25 10M16 3.5V7h-3.5" />,
  stop: <path d="M6 6h8v8H6z" />,
  send: <path d="M10 16V4M5 9l5-5 5 5" />,
  copy: <path d="M7.25 7.25h9v9h-9zM12.5 7V3.75h-8.75v8.75H7" />,
  trash: <path d="M4 5.75h12M8 5.5V3.25h4V5.5M5.5 6l.75 10.75h7.5L14.5 6" />,
  plus: <path d="M10 4v12M4 10h12" />,
} satisfies Record<string, ReactNode>;

export type IconName = keyof typeof drawn;

export const Icon = ({ name }: { name: IconName }) => (
  <svg className="icon" viewBox="0 0 20 20" aria-hidden="true">
    {drawn[name]}
  </svg>
);

const ofKind: Record<string, IconName> = { document_upload: 'file', file_upload: 'file', web_crawl: 'site', chat: 'chat' };

export const KindIcon = ({ kind }: { kind: string | null }) => <Icon name={ofKind[kind ?? ''] ?? 'pipe'} />;
