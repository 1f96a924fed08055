import type { Imports } from './imports.ts'
import { type Layer, layerOf, permissionsOf, takesIn } from './layer.ts'

/** Every import of the layer's files that the table does not permit. */
export const straysOf = (layer: Layer, imports: Imports, layers: readonly Layer[]): readonly string[] =>
  [...imports]
    .filter(([file]) => layerOf(file, layers) === layer)
    .flatMap(([file, targets]) =>
      targets
        .filter((target) => layerOf(target, layers) !== layer)
        .filter((target) => !permissionsOf(layer).some((permission) => takesIn(permission, target)))
        .map((target) => `${file} → ${target}: ${layer.because}`),
    )

/** Files that no layer governs. */
export const uncovered = (imports: Imports, layers: readonly Layer[]): readonly string[] =>
  [...imports.keys()].filter((file) => layerOf(file, layers) === undefined)

/** Imports of files that are not there, which hide from every layer. */
export const unresolved = (imports: Imports, layers: readonly Layer[]): readonly string[] =>
  [...imports].flatMap(([file, targets]) =>
    targets
      .filter((target) => layerOf(target, layers) !== undefined && !imports.has(target))
      .map((target) => `${file} → ${target}`),
  )

/** Layers that govern no file: their folder was moved, and a rule about nothing is never broken. */
export const emptyLayers = (imports: Imports, layers: readonly Layer[]): readonly string[] => {
  const governing = new Set([...imports.keys()].map((file) => layerOf(file, layers)))
  return layers.filter((layer) => !governing.has(layer)).map(({ path }) => path)
}

/** The shortest way from a file back to itself, breadth first. */
const wayBack = (start: string, imports: Imports): readonly string[] | undefined => {
  const seen = new Set<string>()
  let ways: readonly (readonly string[])[] = [[start]]
  while (ways.length > 0) {
    const further: (readonly string[])[] = []
    for (const way of ways) {
      for (const target of imports.get(way.at(-1) ?? start) ?? []) {
        if (target === start) return way
        if (seen.has(target)) continue
        seen.add(target)
        further.push([...way, target])
      }
    }
    ways = further
  }
  return undefined
}

/** The same cycle reads the same from whichever of its files it was found. */
const written = (cycle: readonly string[]): string => {
  const first = cycle.indexOf([...cycle].sort()[0] ?? '')
  const turned = [...cycle.slice(first), ...cycle.slice(0, first)]
  return [...turned, turned[0]].join(' → ')
}

/** For every file on a cycle, the shortest that it is on. */
export const cycles = (imports: Imports): readonly string[] => {
  const found = new Set<string>()
  for (const file of imports.keys()) {
    const cycle = wayBack(file, imports)
    if (cycle !== undefined) found.add(written(cycle))
  }
  return [...found]
}
