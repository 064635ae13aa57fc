import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: { index: 'src/index.ts' },
  format: ['esm', 'cjs'],
  fixedExtension: false,
  dts: true,
  platform: 'neutral',
  target: 'es2022',
  // For frameworks with server components: hooks are of the client.
  outputOptions: { banner: "'use client';" },
});
