import type { Bind, ServiceIdentifier } from 'inversify'

type NamesOf<Needs> = { readonly [Key in keyof Needs]: ServiceIdentifier<Needs[Key]> }

/** Binds a name to what is made of the things that other names are bound to. Made once, when it is first asked for. */
export const bindFrom = <Made, Needs extends object>(
  bind: Bind,
  name: ServiceIdentifier<Made>,
  needs: NamesOf<Needs>,
  make: (needs: Needs) => NoInfer<Made>,
): void => {
  const keys = Object.keys(needs)
  bind(name).toResolvedValue(
    (...values: unknown[]) => make(Object.fromEntries(keys.map((key, index) => [key, values[index]])) as Needs),
    Object.values(needs),
  )
}
