/** The package as it is built, with preact/compat in the place of React. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { runInThisContext } from 'node:vm';

import { waitFor } from '@testing-library/dom';
import { h, render, type ComponentType } from 'preact';
import { describe, expect, it } from 'vitest';

import type * as Hooks from '../src/index.js';
import { completed, eventOf, scriptOf, statusOf } from './support/script.js';

const file = fileURLToPath(new URL('../dist/index.cjs', import.meta.url));

/** dist/index.cjs, which gets preact/compat where it asks for React. */
function hooksOfPreact(): typeof Hooks {
  const require = createRequire(file);
  const module = { exports: {} };
  const wrapped = runInThisContext(`(function (module, exports, require) {${readFileSync(file, 'utf8')}\n})`) as (...given: unknown[]) => void;
  wrapped(module, module.exports, (name: string) => require(name === 'react' ? 'preact/compat' : name));
  return module.exports as typeof Hooks;
}

describe('with preact/compat', () => {
  it('the hooks show what is new, and close the stream behind them', async () => {
    const { useDocumentStatus, useOperations, WalrusProvider } = hooksOfPreact();
    const script = scriptOf({ a: statusOf('a', 3) });
    const { answer } = script;
    script.answer = (request) => (request.path.startsWith('/v1/operations') ? { operations: [], next_cursor: null } : answer(request));
    function Page() {
      const { progress, isLoading } = useDocumentStatus('a');
      const { operations } = useOperations();
      return h('p', null, `${progress} ${isLoading} ${operations.length}`);
    }
    const root = document.createElement('div');
    const provider = WalrusProvider as unknown as ComponentType<{ client: unknown }>;
    render(h(provider, { client: script.client }, h(Page, null)), root);
    expect(root.textContent).toBe('0 true 0');
    await waitFor(() => expect(root.textContent).toBe('25 true 0'));
    await waitFor(() => expect(script.open).toEqual(expect.arrayContaining(['/v1/events', '/v1/events?operations=operation-of-a'])));
    script.tell(eventOf('a', 4, completed));
    await waitFor(() => expect(root.textContent).toBe('100 false 1'));
    render(null, root);
    await waitFor(() => expect(script.open).toEqual([]));
  });
});
