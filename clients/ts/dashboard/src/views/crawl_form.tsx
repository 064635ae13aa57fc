import type { FormEvent } from 'react';
import { useState } from 'react';
import { ValidationError } from '@walrus/client';
import { useCrawl } from '@walrus/react';
import { Icon } from '../parts/icons.js';
import { documentAddress, go } from '../router.js';

/** Begins a crawl, and leads to it. */
export function CrawlForm() {
  const { crawl, error, isLoading, phase } = useCrawl();
  const [url, type] = useState('');
  const [depth, setDepth] = useState(2);
  const [pages, setPages] = useState(50);
  const begin = async (): Promise<void> => {
    const id = await crawl({ url, max_depth: depth, max_pages: pages });
    if (id !== null) go(documentAddress(id));
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void begin();
  };
  return (
    <form className="crawl-form" onSubmit={submit} noValidate>
      <label className="field grow">
        <span>Website to crawl</span>
        <input
          type="url"
          inputMode="url"
          autoComplete="off"
          placeholder="https://example.com/docs/"
          value={url}
          aria-invalid={error !== null}
          aria-describedby="crawl-failure"
          onInput={(event) => type(event.currentTarget.value)}
        />
      </label>
      <div className="crawl-limits">
        <Limit label="Link depth" value={depth} max={5} set={setDepth} />
        <Limit label="Pages at most" value={pages} max={10_000} set={setPages} />
        <button type="submit" className="button primary" disabled={(isLoading && phase === 'sending') || url.trim() === ''}>
          <Icon name="site" />
          Crawl
        </button>
      </div>
      <p id="crawl-failure" className="failure-line" role="alert">
        {error && explained(error)}
      </p>
    </form>
  );
}

function Limit({ label, value, max, set }: { label: string; value: number; max: number; set: (value: number) => void }) {
  const change = (text: string): void => set(Math.min(max, Math.max(1, Number(text) || 1)));
  return (
    <label className="field">
      <span>{label}</span>
      <input type="number" min={1} max={max} value={value} onChange={(event) => change(event.currentTarget.value)} />
    </label>
  );
}

const explained = (failure: Error): string =>
  failure instanceof ValidationError ? (failure.fields.map(({ pointer, message }) => `${pointer.slice(1)} ${message}`).join('; ') || failure.message) : failure.message;
