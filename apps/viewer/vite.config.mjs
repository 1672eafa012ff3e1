import { resolve } from 'node:path';
import { defineConfig } from 'vite';

const root = import.meta.dirname;

export default defineConfig({
  root,
  base: '/viewer-assets/',
  resolve: {
    alias: [{ find: /^@stead\/(contracts|web)\/(.+)$/, replacement: resolve(root, '../../libs/$1/$2/src/index.ts') }],
  },
  build: {
    outDir: resolve(root, '../../dist/web/viewer'),
    emptyOutDir: true,
    target: 'es2022',
    // An inline script would need an exception from the page's Content-Security-Policy, and an inlined asset a data: one.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 2_600, // what draws Gaussian splats, which comes when somebody asks for them
    rolldownOptions: {
      // Other sites name the second one in their pages: its name never changes.
      input: { index: resolve(root, 'index.html'), embed: resolve(root, 'src/embed.ts') },
      output: { entryFileNames: ({ name }) => (name === 'embed' ? 'embed.js' : 'assets/[name]-[hash].js') },
      // Nothing but the page's own entry does anything when it is imported, so that unused parts stay out of the first download.
      treeshake: { moduleSideEffects: (id) => !/\/libs\/(web|contracts)\//.test(id) },
    },
  },
});
