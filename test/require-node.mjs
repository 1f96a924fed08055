// Plain JavaScript, so that an older Node reaches the message rather than a syntax error.
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `The tests need Node 22.18 or later and this is ${process.versions.node}. ` +
      'Run them through npm, which brings its own Node 24: npm ci && npm test',
  )
  process.exit(1)
}
