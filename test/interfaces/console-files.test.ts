import { globSync, readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { expect } from 'chai'
import ts from 'typescript'
import { squeezedScript, squeezedStyle } from '../../src/interfaces/http/service/squeezed.ts'
import type { Messenger } from '../../src/messenger.ts'
import { type Client, clientOf } from '../client.ts'
import { memoryStorage, served } from '../served.ts'

const SCRIPT = 'text/javascript; charset=utf-8'

describe('The files of the console', () => {
  let messenger: Messenger
  let client: Client

  before(async () => {
    messenger = await served(memoryStorage())
    client = clientOf(messenger.url)
  })
  after(() => messenger.stop())

  const namesIn = (text: string, pattern: RegExp) => Array.from(text.matchAll(pattern), ([, name = '']) => name)

  /** Every file that the page or another file asks for. */
  const files = async () => {
    const page = (await client.get('/', { accept: 'text/html' })).text
    const names = new Set(namesIn(page, /"console\/([^"]+)"/g))
    for (const name of names) {
      if (!name.endsWith('.js')) continue
      const imported = namesIn(
        (await client.get(`/console/${name}`)).text,
        /\b(?:from|import)\s*\(?\s*["']([^"']+)["']/g,
      )
      for (const one of imported) {
        expect(one, `${name} imports`).to.match(/^\.\/[\w-]+\.js$/)
        names.add(one.slice(2))
      }
    }
    return [...names]
  }

  it('are all there, each of its type and with a tag, and know no other place than this', async () => {
    const names = await files()
    expect(names).to.include.members([
      'main.js',
      'style.css',
      'preact.js',
      'preact-hooks.js',
      'htm.js',
      'client-index.js',
    ])
    for (const name of names) {
      const { status, headers, text } = await client.get(`/console/${name}`)
      const type = name.endsWith('.css') ? 'text/css; charset=utf-8' : SCRIPT
      expect([status, headers.get('content-type'), headers.get('cache-control')], name).to.deep.equal([
        200,
        type,
        'no-cache',
      ])
      expect(text, name).to.not.match(/sourceMappingURL|["'(]\/[a-z]+\.(?:js|css)/)
      const tag = headers.get('etag') ?? ''
      const kept = await client.get(`/console/${name}`, { 'if-none-match': tag })
      expect([kept.status, kept.headers.get('content-security-policy')], name).to.deep.equal([
        304,
        headers.get('content-security-policy'),
      ])
    }
  })

  it('are read as everything else is: conditions, types and methods', async () => {
    expect((await client.get('/console/main.js', { 'if-match': '"other"' })).status).to.equal(412)
    expect((await client.get('/console/main.js', { 'if-match': 'other' })).status).to.equal(400)
    expect((await client.get('/console/main.js', { accept: 'image/png' })).status).to.equal(406)
    expect((await client.request('PUT', '/console/main.js')).status).to.equal(405)
    expect((await client.request('HEAD', '/console/style.css')).headers.get('content-type')).to.include('text/css')
  })

  it('are those that the page needs, and nothing else of this machine', async () => {
    for (const name of [
      'main.ts',
      'client-client.js',
      'words-de.js',
      '..%2fmain.ts',
      '..%2f..%2fpackage.json',
      'preact.mjs',
      'tsconfig.json',
      '%00',
      'constructor',
      'a/b',
    ])
      expect((await client.get(`/console/${name}`)).status, name).to.equal(404)
  })
})

/** What a text of markup says: htm leaves out lines that end at tags. */
const markupOf = (text: string) =>
  text.replaceAll(/\n\s+/g, '\n').replaceAll(/\n(?=\/?>)|(?<=>)\n(?=<|$)|^\n(?=<)/g, '')

/** What a script says, without white space and comments. */
const meaningOf = (script: string) => {
  const shape = (node: ts.Node): unknown => {
    const children: unknown[] = []
    ts.forEachChild(node, (child) => void children.push(shape(child)))
    const text = 'text' in node && children.length === 0 ? markupOf(String(node.text)) : ''
    return [node.kind, text, children]
  }
  return JSON.stringify(shape(ts.createSourceFile('a.js', script, ts.ScriptTarget.ES2024, false, ts.ScriptKind.JS)))
}

describe('A script that is squeezed', () => {
  it('means the same, whatever of ours it is', () => {
    const sources = globSync('src/{client,console}/*.ts')
    expect(sources).to.have.length.above(40)
    for (const source of sources) {
      const script = stripTypeScriptTypes(readFileSync(source, 'utf8'))
      expect(meaningOf(squeezedScript(script)) === meaningOf(script), source).to.equal(true)
    }
  })

  it('keeps what stands in quotes, in patterns and in templates', () => {
    const script = [
      "const a = 'it  //  is' // gone",
      'const b = /a  \\/ \'[/"]  /g.test("  /* no */ ")',
      'const c = `one  ${a ? `two  ${{ b }.b}` : 2 / 3 / 4}  three /* kept */`',
      '/* gone',
      ' */ const d = a',
      '  .length',
      'const e = 1 + +1 - -1',
      'return /x y/',
    ].join('\n')
    expect(squeezedScript(script)).to.equal(
      [
        "let a='it  //  is'",
        'let b=/a  \\/ \'[/"]  /g.test("  /* no */ ")',
        'let c=`one  ${a?`two  ${{b}.b}`:2 / 3 / 4}  three /* kept */`',
        'let d=a.length',
        'let e=1 + +1 - -1',
        'return /x y/',
      ].join('\n'),
    )
  })

  it('is a style as well', () => {
    expect(squeezedStyle('/* a */\nnav :is(.a, .b) {\n  margin: calc(1px + 2px) 0;\n}\n')).to.equal(
      'nav :is(.a,.b){margin:calc(1px + 2px) 0}',
    )
  })
})
