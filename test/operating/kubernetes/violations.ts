import type { Manifest } from './manifest.ts'

/** What the package has is made of the API's own description: checks of types and of what is required. */
type Validate = ((data: unknown) => boolean) & {
  readonly errors?: readonly { instancePath: string; message?: string }[] | null
}

const SCHEMAS: Readonly<Record<string, string>> = {
  'v1 Namespace': 'IoK8sApiCoreV1Namespace',
  'v1 Service': 'IoK8sApiCoreV1Service',
  'apps/v1 Deployment': 'IoK8sApiAppsV1Deployment',
  'policy/v1 PodDisruptionBudget': 'IoK8sApiPolicyV1PodDisruptionBudget',
  'networking.k8s.io/v1 NetworkPolicy': 'IoK8sApiNetworkingV1NetworkPolicy',
}

/** The same value, which notes the fields that nobody looked at. */
const watched = (value: unknown, path: string, unseen: Set<string>): unknown => {
  if (typeof value !== 'object' || value === null) return value
  const children = new Map(Object.entries(value).map(([key, child]) => [key, watched(child, `${path}/${key}`, unseen)]))
  if (!Array.isArray(value)) for (const key of children.keys()) unseen.add(`${path}/${key}`)
  return new Proxy(value, {
    get: (target, key, receiver) => {
      if (typeof key === 'symbol' || !children.has(key)) return Reflect.get(target, key, receiver) as unknown
      unseen.delete(`${path}/${key}`)
      return children.get(key)
    },
  })
}

/**
 * What is wrong with a manifest by the schemas of Kubernetes, of which a cluster would refuse the one and, unless asked to be
 * strict, silently leave out the other: values of a wrong type, and fields that there are not. The checks take no notice of
 * fields that they do not know: what they never looked at is one of those.
 */
export const violationsOf = async (manifest: Manifest): Promise<readonly string[]> => {
  const kind = `${manifest.apiVersion} ${manifest.kind}`
  const schema = SCHEMAS[kind]
  if (schema === undefined) return [`${kind} is not known here`]
  const { validate } = (await import(`kubernetes-models/_schemas/${schema}`)) as { readonly validate: Validate }
  const unseen = new Set<string>()
  const isValid = validate(watched(manifest, '', unseen))
  const wrong = isValid ? [] : (validate.errors ?? []).map((error) => JSON.stringify(error))
  return [...wrong, ...Array.from(unseen, (path) => `${path} is no field`)]
}
