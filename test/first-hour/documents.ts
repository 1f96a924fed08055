import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import type { Followed } from './links.ts'

/** What of a handbook is run by tests. */
export interface Executed {
  readonly blocks: number
  /** Those that no test takes, each with its heading and its language. */
  readonly failures: readonly string[]
}

/** What a reader does not type: it is shown. */
const SHOWN = new Set(['text', 'output'])

/** Whether a file of tests takes the recipes of the heading, or the commands in them. */
const isTaken = (heading: string, tests: readonly string[]) =>
  tests.some((test) => /\b(recipesOf|commandsOf)\(/.test(test) && test.includes(`'${heading}'`))

/** Every block of the handbook, and those of a heading whose recipes no test asks for. */
export const recipesOfHandbook = (root: string): Executed => {
  const tests = globSync('test/**/*.ts', { cwd: root }).map((file) => readFileSync(join(root, file), 'utf8'))
  const sections = readFileSync(join(root, 'docs/operating.md'), 'utf8').split(/^## /m).slice(1)
  const blocks = sections.flatMap((section) => {
    const [heading = ''] = section.split('\n')
    return Array.from(section.matchAll(/^```(\w*)\n.*?^```/gms), ([, language = '']) => ({ heading, language }))
  })
  const commands = blocks.filter(({ language }) => !SHOWN.has(language))
  return {
    blocks: commands.length,
    failures: commands
      .filter(({ heading }) => !isTaken(heading, tests))
      .map(({ heading, language }) => `docs/operating.md, ${heading}: \`${language}\` is in no test`),
  }
}

/** As GitHub makes it of a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .trim()
    .replaceAll(' ', '-')

const anchorsIn = (markdown: string) =>
  new Set(Array.from(markdown.matchAll(/^#+ (.*)$/gm), ([, heading = '']) => anchorOf(heading)))

/** The links between documents: each leads to a file, and to a heading that is there. */
export const linksOfDocuments = (root: string): Followed => {
  const files = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...globSync('docs/**/*.md', { cwd: root })]
  const found = files.flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8').replaceAll(/^```.*?^```/gms, '')
    return Array.from(text.matchAll(/\]\(([^)\s]+)\)/g), ([, target = '']) => ({ file, target }))
  })
  const own = found.filter(({ target }) => !/^\w+:/.test(target))
  const leadsNowhere = ({ file, target }: (typeof own)[number]) => {
    const [path = '', anchor] = target.split('#')
    const place = path === '' ? join(root, file) : join(root, dirname(file), path)
    if (!existsSync(place)) return true
    return anchor !== undefined && place.endsWith('.md') && !anchorsIn(readFileSync(place, 'utf8')).has(anchor)
  }
  return { links: own.length, failures: own.filter(leadsNowhere).map(({ file, target }) => `${file}: ${target}`) }
}

/** What a deployment is made of, as far as it can be read without an engine: YAML that is whole, and an image that copies what is there. */
export const deploymentFiles = (root: string): Executed => {
  const manifests = ['docker-compose.yml', ...globSync('deploy/**/*.{yaml,yml}', { cwd: root })]
  const broken = manifests.filter((file) =>
    parseAllDocuments(readFileSync(join(root, file), 'utf8')).some(
      (document) => 'errors' in document && document.errors.length > 0,
    ),
  )
  const copied = Array.from(
    readFileSync(join(root, 'Dockerfile'), 'utf8').matchAll(/^COPY (?!--from)(.+) \S+$/gm),
    ([, from = '']) => from.split(' '),
  ).flat()
  return {
    blocks: manifests.length + copied.length,
    failures: [
      ...broken.map((file) => `${file} is no YAML`),
      ...copied
        .filter((path) => !existsSync(join(root, path)))
        .map((path) => `Dockerfile copies ${path}, which is not there`),
    ],
  }
}
