import { existsSync } from 'node:fs'

const args = process.argv.slice(2)
const isGrep = (arg) => /^(-g|--grep|-f|--fgrep)(=|$)/.test(arg)

/** Whether the command line names files, folders or patterns of files: then they are run, and nothing else. */
const namesFiles = args.some(
  (arg, index) => !arg.startsWith('-') && !isGrep(args[index - 1] ?? '') && (existsSync(arg) || /\.ts$/.test(arg)),
)

const everything = ['test/*/**/*.test.ts', 'test/architecture.test.ts']
/** What every test together has to have seen, and must not have, can only be asked when every test was run. */
const ofAll = ['test/contract-coverage.test.ts', 'test/nothing-leaks.test.ts']

export default {
  require: ['./test/require-node.mjs', './test/hooks.ts'],
  extension: ['test.ts'],
  recursive: true,
  ...(namesFiles ? {} : { spec: [...everything, ...(args.some(isGrep) ? [] : ofAll)] }),
  timeout: 60_000,
  exit: false,
}
