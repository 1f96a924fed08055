import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** What keeps it from asking other machines for anything. */
export const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** The first Chromium or Chrome on this machine, if there is one. */
export const findBrowser = () => {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin']
  return ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((path) => existsSync(path))
}
