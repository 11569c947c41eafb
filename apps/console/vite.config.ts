import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  base: '/console/',
  plugins: [react()],
  // The test clients of apps/server install an older React in the root of the repository.
  resolve: { dedupe: ['react', 'react-dom'] },
  // The server replaces it by a new nonce for each response: see apps/server/src/plugins/console.ts.
  html: { cspNonce: '__CSP_NONCE__' },
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false }, reportCompressedSize: false, license: { fileName: 'licenses.md' } },
  // `npm run dev` forwards these to a server that runs beside it.
  server: { proxy: Object.fromEntries(['/graphql', '/auth', '/oidc'].map(path => [path, 'http://127.0.0.1:4000'])) }
})
