import { globSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { expect } from 'chai'

/**
 * What each layer may import: folders of ours, packages and Node's own modules. The arrows point inwards; adapters meet
 * only in the composition root, which is the files directly under `src`.
 */
const allowed: Record<string, readonly string[]> = {
  'src/domain': ['src/domain', 'fp-ts'],
  'src/application': ['src/application', 'src/domain', 'fp-ts'],
  'src/infrastructure/memory': ['src/infrastructure/memory', 'src/application', 'src/domain', 'fp-ts'],
  'src/infrastructure/postgres': [
    'src/infrastructure/postgres',
    'src/application',
    'src/domain',
    'migrations',
    'fp-ts',
    '@mikro-orm',
    'pg',
    'node:net',
    'node:timers/promises',
  ],
  'src/infrastructure/embedded-postgres': ['src/infrastructure/embedded-postgres', 'pg', 'node:'],
  'src/interfaces/http': [
    'src/interfaces/http',
    'src/application',
    'src/domain',
    'fp-ts',
    'io-ts',
    'express',
    'accepts',
    'helmet',
    'ajv',
    'yaml',
    'pino',
    'prom-client',
    'swagger-ui-express',
    'node:',
  ],
}

/** What others import: none of it is part of the service. */
const published: Record<string, readonly string[]> = {
  // Runs in browsers: nothing but itself.
  'src/client': ['src/client'],
  'src/conformance': ['src/conformance', 'src/client', 'node:'],
  // A composition root of its own, over memory; never the database, and nothing that Node 20 cannot load.
  'src/testing': [
    'src/testing',
    'src/client',
    'src/container.ts',
    'src/interfaces/http',
    'src/infrastructure/memory',
    'src/application',
    'src/domain',
    'fp-ts',
    'express',
    'pino',
    'node:',
  ],
}
Object.assign(allowed, published)

const importsOf = (file: string) =>
  [...readFileSync(file, 'utf8').matchAll(/(?:\bfrom|\bimport)\s*\(?\s*['"`]([^'"`]+)['"`]/g)].map(
    ([, specifier = '']) => (specifier.startsWith('.') ? posix.join(posix.dirname(file), specifier) : specifier),
  )

const permits = (permitted: string, target: string) =>
  target === permitted || target.startsWith(permitted.endsWith(':') ? permitted : `${permitted}/`)

describe('The hexagon', () => {
  for (const [layer, permitted] of Object.entries(allowed)) {
    it(`keeps ${layer} to ${permitted.join(', ')}`, () => {
      const files = globSync(`${layer}/**/*.ts`)
      expect(files, 'the layer has files').to.have.length.above(0)
      const strays = files.flatMap((file) =>
        importsOf(file)
          .filter((target) => !permitted.some((prefix) => permits(prefix, target)))
          .map((target) => `${file} → ${target}: the arrows of the hexagon point inwards`),
      )
      expect(strays).to.deep.equal([])
    })
  }

  it('has no folder under src that the rules above do not cover', () => {
    const covered = globSync('src/**/*.ts').filter((file) => posix.dirname(file) !== 'src')
    const strays = covered.filter((file) => !Object.keys(allowed).some((layer) => file.startsWith(`${layer}/`)))
    expect(strays).to.deep.equal([])
  })

  it('lets nothing but the composition root import the composition root or inversify', () => {
    const inner = globSync('src/{domain,application,infrastructure,interfaces}/**/*.ts').flatMap((file) =>
      importsOf(file).filter((target) => /^src\/[^/]+\.ts$|^inversify|^reflect-metadata/.test(target)),
    )
    expect(inner).to.deep.equal([])
  })
})
