import { expect } from 'chai'
import type { Imports } from './imports.ts'
import { type Layer, layerOf } from './layer.ts'
import { cycles, emptyLayers, straysOf, uncovered, unresolved } from './verdicts.ts'

const layer = (path: string, may: string): Layer => ({ path, may, because: `${path} stays simple` })

const domain = layer('src/domain', 'fp-ts')
const writes = layer('src/postgres/writes', 'src/postgres/database src/domain/* pg @orm node:timers/promises')
const root = layer('src/*', 'src/domain node:')
const main = layer('src/main.ts', 'inversify')
const layers = [domain, writes, root, main]

const graph = (edges: Readonly<Record<string, readonly string[]>>): Imports => new Map(Object.entries(edges))

describe('The judge of the architecture', () => {
  it('knows the narrowest layer of a file', () => {
    expect(layerOf('src/main.ts', layers)).to.equal(main)
    expect(layerOf('src/config.ts', layers)).to.equal(root)
    expect(layerOf('src/domain/chat/chat.ts', layers)).to.equal(domain)
    expect(layerOf('src/domains/chat.ts', layers)).to.equal(undefined)
  })

  it('names a stray, and says why it is one', () => {
    const imports = graph({
      'src/domain/chat.ts': ['fp-ts/lib/Either.js', 'src/domain/message.ts', 'io-ts', 'node:fs'],
    })
    expect(straysOf(domain, imports, layers)).to.deep.equal([
      'src/domain/chat.ts → io-ts: src/domain stays simple',
      'src/domain/chat.ts → node:fs: src/domain stays simple',
    ])
  })

  it('takes packages, scopes, folders, files of a folder and single modules of Node at their word', () => {
    const permitted = [
      'pg',
      '@orm/core',
      'src/domain/identity.ts',
      'src/postgres/database/rows.ts',
      'node:timers/promises',
    ]
    const strays = ['pg-native', '@ormx/core', 'src/domain/chat/chat.ts', 'src/postgres/reads/pages.ts', 'node:timers']
    const imports = graph({ 'src/postgres/writes/draft.ts': [...permitted, ...strays] })
    expect(straysOf(writes, imports, layers).map((stray) => stray.split(/ → |: /)[1])).to.deep.equal(
      strays.map((stray) => stray.split(': ')[0]),
    )
  })

  it('takes what a narrower layer governs for no part of the wider one', () => {
    const imports = graph({ 'src/config.ts': ['src/main.ts', 'src/log.ts', 'node:fs'] })
    expect(straysOf(root, imports, layers)).to.deep.equal(['src/config.ts → src/main.ts: src/* stays simple'])
  })

  it('names files without a layer, layers without a file, and imports of what is not there', () => {
    const imports = graph({ 'src/utils/all.ts': [], 'src/main.ts': ['src/nowhere.ts', 'inversify'] })
    expect(uncovered(imports, layers)).to.deep.equal(['src/utils/all.ts'])
    expect(emptyLayers(imports, layers)).to.deep.equal(['src/domain', 'src/postgres/writes', 'src/*'])
    expect(unresolved(imports, layers)).to.deep.equal(['src/main.ts → src/nowhere.ts'])
  })

  it('names every cycle once, the shortest that each file is on', () => {
    const imports = graph({
      'a.ts': ['b.ts', 'fp-ts'],
      'b.ts': ['c.ts', 'd.ts'],
      'c.ts': ['a.ts'],
      'd.ts': ['b.ts', 'e.ts'],
      'e.ts': ['e.ts'],
      'f.ts': ['a.ts'],
    })
    expect(cycles(imports)).to.deep.equal(['a.ts → b.ts → c.ts → a.ts', 'b.ts → d.ts → b.ts', 'e.ts → e.ts'])
  })
})
