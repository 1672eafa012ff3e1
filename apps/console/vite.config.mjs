import { resolve } from 'node:path';
import { defineConfig } from 'vite';

const root = import.meta.dirname;

export default defineConfig({
  root,
  base: '/console-assets/',
  resolve: {
    alias: [{ find: /^@stead\/(contracts|web)\/(.+)$/, replacement: resolve(root, '../../libs/$1/$2/src/index.ts') }],
  },
  build: {
    outDir: resolve(root, '../../dist/web/console'),
    emptyOutDir: true,
    target: 'es2022',
    // An inline script would need an exception from the page's Content-Security-Policy, and an inlined asset a data: one.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 2_600, // what draws Gaussian splats, which comes when somebody asks for them
    rolldownOptions: {
      // Mantine says of each of its files that it is for clients, which means nothing here.
      onwarn: (warning, warn) => {
        if (warning.code !== 'MODULE_LEVEL_DIRECTIVE') warn(warning);
      },
    },
  },
});
