// Bundles the app and its dependencies into a few files: reading 2,400 of them takes longer than the rest of the start.
import { build } from 'esbuild'
import { readFile, rm } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const app = dirname(import.meta.dirname)
const outdir = join(app, 'dist-bundle')

/** Modules that look for files next to themselves keep their original folder: Mercurius needs it for GraphiQL. */
const ownFolder = {
  name: 'own-folder',
  setup ({ onLoad }) {
    onLoad({ filter: /\/node_modules\/.*\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8')
      if (!/\b__(?:dirname|filename)\b/.test(text)) return undefined
      const folder = JSON.stringify(relative(outdir, dirname(path)))
      return { contents: `const __dirname = require('node:path').join(__bundle, ${folder}), __filename = require('node:path').join(__dirname, ${JSON.stringify(basename(path))});${text}` }
    })
  }
}

/** oidc-provider gets a bundle of its own. */
const besideUs = {
  name: 'beside-us',
  setup ({ onResolve }) {
    onResolve({ filter: /^oidc-provider$/ }, () => ({ path: './oidc-provider.js', external: true }))
  }
}

/**
 * oidc-provider keeps the context of each request in an AsyncLocalStorage, which only features that are switched off here read. On Node 20 and 22 its first
 * use makes every later promise of the process slower: a tenth more CPU for each request to the API.
 */
const withoutAsyncContext = {
  name: 'without-async-context',
  setup ({ onLoad }) {
    onLoad({ filter: /\/oidc-provider\/lib\/helpers\/als\.js$/ }, () => ({ contents: 'export default { run: (_context, work) => work(), getStore: () => undefined }' }))
  }
}

const options = {
  entryNames: '[name]',
  outdir,
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  minifySyntax: true,
  minifyWhitespace: true,
  sourcemap: 'linked',
  sourcesContent: false,
  logLevel: 'warning',
  // Native code, modules that start threads from their own files, and modules that are loaded only when needed, if at all.
  external: ['better-sqlite3', '@node-rs/argon2', 'pino', '@aws-sdk/*', 'pg-native', 'bufferutil', 'utf-8-validate'],
  // CommonJS modules require Node's modules and the external ones at run time.
  banner: { js: "import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url), __bundle = import.meta.dirname;" }
}

await rm(outdir, { recursive: true, force: true })
await build({ ...options, entryPoints: ['server.js', 'app.js', 'cli/latchkey.js'].map(entry => join(app, 'dist', entry)), plugins: [ownFolder, besideUs] })
// oidc-provider identifies its models by their class names, and a bundle renames classes of the same name unless keepNames is set.
// keepNames sets the name of every closure each time it is created: used for the whole app, it would make requests a third slower.
await build({ ...options, entryPoints: [{ in: fileURLToPath(import.meta.resolve('oidc-provider')), out: 'oidc-provider' }], keepNames: true, plugins: [ownFolder, withoutAsyncContext] })
