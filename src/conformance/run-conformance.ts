import { conformance, type ConformanceOptions } from './conformance.ts'

/** How one case came out. */
export interface CaseResult {
  readonly chapter: string
  readonly title: string
  /** Why it failed; undefined when it passed. */
  readonly error: unknown
}

/** Milliseconds that one case may take. */
const PATIENCE = 20_000

const within = async (run: () => Promise<void>): Promise<void> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done within ${PATIENCE} ms`)), PATIENCE)
  })
  await Promise.race([run(), late]).finally(() => clearTimeout(timer))
}

/** Runs every case, one after another, without a test framework. Resolves with how each came out. */
export const runConformance = async (
  target: Omit<ConformanceOptions, 'describe' | 'it'>,
  tell: (result: CaseResult) => void = () => undefined,
): Promise<readonly CaseResult[]> => {
  const cases: { readonly chapter: string; readonly title: string; readonly run: () => Promise<void> }[] = []
  let chapter = ''
  conformance({
    ...target,
    describe: (title, add) => {
      chapter = title
      add()
    },
    it: (title, run) => cases.push({ chapter, title, run }),
  })

  const results: CaseResult[] = []
  for (const { chapter, title, run } of cases) {
    const error: unknown = await within(run).then(
      () => undefined,
      (reason: unknown) => reason ?? new Error('rejected without a reason'),
    )
    const result = { chapter, title, error }
    results.push(result)
    tell(result)
  }
  return results
}
