import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { pack } from './scripts/pack.ts';

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
/** The server that `npm run dev` shows; where the page is built in, it is the one that serves it. */
const server = process.env['WALRUS_URL'] ?? 'http://localhost:8000';
// The server refuses changes that another origin asks for, which the page of `npm run dev` is.
const proxied = { target: server, changeOrigin: true, headers: { origin: server } };

export default defineConfig({
  plugins: [pack()],
  // The packages as they stand here, not as they were last built; preact in the place of react.
  resolve: {
    alias: [
      { find: /^@walrus\/client$/, replacement: source('../packages/client/src/index.ts') },
      { find: /^@walrus\/client\/plans$/, replacement: source('../packages/client/src/generated/plans.ts') },
      { find: /^@walrus\/client\/bindings$/, replacement: source('../packages/client/src/bindings.ts') },
      { find: /^@walrus\/react$/, replacement: source('../packages/react/src/index.ts') },
      { find: /^react\/jsx-runtime$/, replacement: 'preact/jsx-runtime' },
      { find: /^react(-dom)?$/, replacement: 'preact/compat' },
    ],
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: process.env['WALRUS_PAGE'] ?? 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // What stands in the page itself, the policy of the server would refuse.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/v1': proxied, '/health': proxied, '/docs': proxied, '/openapi.json': proxied } },
});
