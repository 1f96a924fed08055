import { readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { unusedExports } from './exports.ts'
import { filesUnder, type Imports, importsUnder } from './imports.ts'

/** Counts that show how a change of structure went: `npm run figures [-- <root of another checkout>]`. */
const root = process.argv[2] ?? '.'

const print = (title: string, lines: readonly string[]) =>
  console.log([title, ...lines.map((line) => `  ${line}`), ''].join('\n'))

const tally = (keys: readonly string[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
  return counts
}

const listed = (counts: ReadonlyMap<string, number>) =>
  [...counts].sort().map(([key, count]) => `${String(count).padStart(4)}  ${key}`)

/** The arrows among the files of a folder, sorted by whether they leave the room that they start in. */
const arrowsIn = (folder: string, imports: Imports) => {
  const roomOf = (file: string) => posix.relative(folder, posix.dirname(file)) || '(the folder itself)'
  const isWithin = (file: string) => file.startsWith(`${folder}/`)
  const arrows = [...imports]
    .filter(([file]) => isWithin(file))
    .flatMap(([file, targets]) => targets.filter(isWithin).map((target) => [roomOf(file), roomOf(target)] as const))
  const within = arrows.filter(([from, to]) => from === to)
  const between = tally(arrows.filter(([from, to]) => from !== to).map((rooms) => rooms.join(' → ')))
  print(`${folder}: ${arrows.length} arrows among its files`, [
    `${within.length} inside rooms, ${arrows.length - within.length} between rooms, which are ${between.size} arrows of rooms`,
    ...listed(tally(within.map(([room]) => `inside ${room}`))),
    ...listed(between),
  ])
}

const files = filesUnder(['src'], root)
const lengths = files
  .map((file) => ({ file, lines: readFileSync(join(root, file), 'utf8').split('\n').length - 1 }))
  .sort((one, other) => one.lines - other.lines)
const total = lengths.reduce((sum, { lines }) => sum + lines, 0)
print(`src: ${files.length} files, ${total} lines, ${lengths[lengths.length >> 1]?.lines} in the median file`, [
  ...lengths
    .slice(-5)
    .reverse()
    .map(({ file, lines }) => `${String(lines).padStart(4)}  ${file}`),
])
print('files by folder', listed(tally(files.map((file) => posix.dirname(file)))))

const imports = importsUnder(['src'], root)
arrowsIn('src/infrastructure/postgres', imports)
arrowsIn('src/interfaces/http', imports)

/** What others take from outside the repository, or a tool does by its place. */
const ENTRIES = /\/index\.ts$|^src\/mikro-orm\.config\.ts$|^src\/testing\/swagger-ui\.ts$/
const unused = unusedExports(['migrations', 'bench', 'test'], ENTRIES, root)
const named = (exports: typeof unused.byAnybody) =>
  exports.map(({ name, isType }) => `${name}${isType ? ' (type)' : ''}`)
const values = unused.byAnybody.filter(({ isType }) => !isType)
print(
  `exports that nobody imports: ${unused.byAnybody.length}, of which ${values.length} values`,
  named(unused.byAnybody),
)
print(`exports that only tests and the benchmark import: ${unused.bySrc.length}`, named(unused.bySrc))
