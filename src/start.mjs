import module from 'node:module'

// Plain JavaScript, so that an older Node reaches the message rather than a syntax error.
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `Messenger API needs Node 22.18 or later and this is ${process.versions.node}. ` +
      'Run it through npm, which brings its own Node 24: npm ci && npm start',
  )
  process.exit(1)
}

// What Node makes of each file, types stripped, is kept for the next start.
module.enableCompileCache?.()

await import('./main.ts')
