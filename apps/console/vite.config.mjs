import { resolve } from 'node:path';
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  base: '/console-assets/',
  build: { outDir: resolve(import.meta.dirname, '../../dist/web/console'), emptyOutDir: true, target: 'es2022' },
});
