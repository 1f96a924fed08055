import { existsSync, globSync, readFileSync } from 'node:fs'
import { expect } from 'chai'

const root = new URL('../../', import.meta.url)

/** Names of files and folders of ours, as documents write them. `<…>` stands for what a reader puts there. */
const PATHS = /`((?:src|test|bench|docs|migrations|\.ci)\/[\w./{},-]+?)\/?`/g

/** What a how-to makes up. */
const MADE_UP = new Set(['src/application/messages/pin-message.ts'])

const exists = (path: string) =>
  path.includes('{') ? globSync(path, { cwd: root }).length > 0 : existsSync(new URL(path, root))

describe('The documents', () => {
  for (const name of ['README.md', 'CONTRIBUTING.md', 'SECURITY.md'])
    it(`name files and folders that there are: ${name}`, () => {
      const text = readFileSync(new URL(name, root), 'utf8')
      const named = Array.from(text.matchAll(PATHS), ([, path = '']) => path).filter((path) => !MADE_UP.has(path))
      if (name !== 'SECURITY.md') expect(named).to.have.length.above(10)
      expect(named.filter((path) => !exists(path))).to.deep.equal([])
    })
})
