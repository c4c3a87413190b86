import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  build: {
    lib: { entry: '../../dist/index.js', formats: ['es'], fileName: () => 'finwait.js' },
    outDir: '.',
    emptyOutDir: false,
    copyPublicDir: false,
  },
});
