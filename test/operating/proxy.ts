import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { aFreePort } from '../free-port.ts'
import type { Hold } from '../releasing.ts'
import { until } from '../until.ts'
import { aCertificate, type Certificate, PUBLIC_HOST } from './certificate.ts'
import { fetchThrough } from './fetch-through.ts'
import { type Program, programOf, type ProxyName } from './programs.ts'
import { recipesOf } from './recipes.ts'

export { PUBLIC_HOST }

/** What a recipe says, and what it has to say where nothing is installed. */
export type Change = readonly [said: string, here: string]

interface Place {
  readonly folder: string
  readonly port: number
  readonly certificate: Certificate
}

interface Kind {
  /** What the recipe's block is written in. */
  readonly language: string
  readonly changes: (place: Place) => readonly Change[]
  readonly argumentsOf: (file: string) => readonly string[]
}

const CERTIFICATE = `/etc/ssl/${PUBLIC_HOST}`

const kinds: Readonly<Record<ProxyName, Kind>> = {
  nginx: {
    language: 'nginx',
    changes: ({ folder, port, certificate: { certificate, key } }) => [
      ['listen 443', `listen 127.0.0.1:${port}`],
      [`${CERTIFICATE}.pem`, certificate],
      [`${CERTIFICATE}.key`, key],
      ['/run/nginx.pid', join(folder, 'nginx.pid')],
      ['/var/log/nginx/', `${folder}/`],
      [
        '\nhttp {\n',
        `\nhttp {\n${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `  ${name}_temp_path ${folder}/${name};\n`).join('')}`,
      ],
    ],
    argumentsOf: (file) => ['-c', file, '-e', 'stderr', '-g', 'daemon off;'],
  },
  haproxy: {
    language: 'haproxy',
    changes: ({ port, certificate: { both } }) => [
      ['bind :443', `bind 127.0.0.1:${port}`],
      [`/etc/haproxy/${PUBLIC_HOST}.pem`, both],
      ['  user haproxy\n  group haproxy\n', ''],
      ['/dev/log local0', 'stderr format raw local0'],
    ],
    argumentsOf: (file) => ['-db', '-f', file],
  },
  caddy: {
    language: 'caddyfile',
    changes: ({ port, certificate: { certificate, key } }) => [
      [
        `\n${PUBLIC_HOST} {`,
        `\n{\n\tadmin off\n\tauto_https disable_redirects\n}\nhttps://${PUBLIC_HOST}:${port} {\n\tbind 127.0.0.1`,
      ],
      [`${CERTIFICATE}.pem`, certificate],
      [`${CERTIFICATE}.key`, key],
    ],
    argumentsOf: (file) => ['run', '--adapter', 'caddyfile', '--config', file],
  },
}

/** The recipe as it stands in the document. */
export const recipeOf = (name: ProxyName): string => {
  const found = recipesOf('Behind a proxy').find(({ language }) => language === kinds[name].language)
  if (!found) throw new Error(`docs/operating.md has no recipe for ${name}`)
  return found.text
}

/** Throws when the recipe does not say what is to be changed: a test of another recipe would say nothing. */
const changed = (recipe: string, changes: readonly Change[]) =>
  changes.reduce((written, [said, here]) => {
    if (!written.includes(said)) throw new Error(`the recipe does not say ${JSON.stringify(said)}`)
    return written.replaceAll(said, here)
  }, recipe)

const children = new Set<ChildProcess>()

// A run that is broken off leaves none behind; nginx ends its workers when it is asked to, and not when it is killed.
process.on('exit', () => {
  for (const child of children) child.kill('SIGTERM')
})

const run = ({ command, environment }: Program, kind: Kind, file: string, folder: string) => {
  const child = spawn(command, kind.argumentsOf(file), {
    env: { ...process.env, ...environment, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  children.add(child)
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (piece: string) => (said += piece))
  const ended = once(child, 'exit').then(() => children.delete(child))
  return {
    said: () => said,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    stop: async () => {
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** A proxy that serves the public host. */
export interface Proxy {
  readonly fetch: typeof globalThis.fetch
  readonly port: number
  readonly certificate: string
  /** What it has written to its log. */
  readonly log: () => Promise<string>
}

/** Runs the recipe with the real program, and resolves once it serves; undefined where there is none. */
export const aProxy = async (name: ProxyName, hold: Hold, changes: readonly Change[]): Promise<Proxy | undefined> => {
  const program = await programOf(name)
  if (!program) return undefined
  const folder = hold(await mkdtemp(join(tmpdir(), `messenger-test-${name}-`)), (path) => rm(path, { recursive: true }))
  // Workers of nginx are another user.
  await chmod(folder, 0o755)
  const place = { folder, port: await aFreePort(), certificate: await aCertificate(folder) }
  const file = join(folder, 'configuration')
  await writeFile(file, changed(recipeOf(name), [...kinds[name].changes(place), ...changes]))
  const { said, hasEnded } = hold(run(program, kinds[name], file, folder), ({ stop }) => stop())
  const fetch = fetchThrough(place.port, place.certificate.text, hold)
  await until(async () => {
    if (hasEnded()) throw new Error(`${name} has ended: ${said()}`)
    return fetch(`https://${PUBLIC_HOST}/chat/livez`).then(
      async (answer) => (await answer.text()) !== '' && answer.ok,
      () => false,
    )
  })
  return {
    fetch,
    port: place.port,
    certificate: place.certificate.text,
    log: async () => (name === 'nginx' ? readFile(join(folder, 'access.log'), 'utf8') : said()),
  }
}
