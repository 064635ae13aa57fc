import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    core: 'src/core.ts',
    bindings: 'src/bindings.ts',
    plans: 'src/generated/plans.ts',
    query: 'src/query.ts',
    webhooks: 'src/webhooks.ts',
  },
  format: ['esm', 'cjs'],
  fixedExtension: false,
  dts: true,
  platform: 'neutral',
  target: 'es2022',
});
