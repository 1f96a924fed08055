/** A resource of Kubernetes, as far as it is the same for all. */
export interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
  readonly spec?: unknown
}

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string }
}

interface Selector {
  readonly matchLabels: Readonly<Record<string, string>>
}

export interface Container {
  readonly image: string
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[]
  readonly env: readonly { readonly name: string; readonly value: string }[]
  readonly startupProbe: Probe
  readonly livenessProbe: Probe
  readonly readinessProbe: Probe
  readonly securityContext: Readonly<Record<string, unknown>>
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[]
}

export interface Deployment extends Manifest {
  readonly spec: {
    readonly replicas: number
    readonly selector: Selector
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> }
      readonly spec: {
        readonly terminationGracePeriodSeconds: number
        readonly automountServiceAccountToken: boolean
        readonly securityContext: Readonly<Record<string, unknown>>
        readonly topologySpreadConstraints: readonly { readonly labelSelector: Selector }[]
        readonly containers: readonly [Container]
        readonly volumes: readonly {
          readonly name: string
          readonly secret?: {
            readonly secretName: string
            readonly defaultMode: number
            readonly items: readonly { readonly key: string; readonly path: string }[]
          }
        }[]
      }
    }
  }
}

export interface Service extends Manifest {
  readonly spec: {
    readonly selector: Readonly<Record<string, string>>
    readonly ports: readonly { readonly targetPort: string }[]
  }
}

export interface Budget extends Manifest {
  readonly spec: { readonly maxUnavailable: number; readonly selector: Selector }
}

export interface Policy extends Manifest {
  readonly spec: {
    readonly podSelector: Selector
    readonly ingress: readonly { readonly ports: readonly { readonly port: string | number }[] }[]
  }
}
