import type { ProgramName } from './programs.ts';

/** As projects name them in their files' addresses. */
export const ARCHITECTURES = ['amd64', 'arm64'] as const;
export type Architecture = (typeof ARCHITECTURES)[number];

interface Versioned {
  version: string;
  /**
   * What the file must be (of an image: its manifest for the architecture). Where there is none, the checksum counts that
   * the project publishes for it, read over TLS from the same project.
   */
  sha256: Partial<Record<Architecture, string>>;
}

/** In addresses and paths, `{version}` and `{arch}` stand for what they say. */
export type Release =
  | (Versioned & { form: 'file'; url: string; checksums: string })
  /** `member`: the program's path in the archive. */
  | (Versioned & { form: 'archive'; url: string; checksums: string; member: string })
  /** A tag of a registry; `member`: the program's path in the image. */
  | (Versioned & { form: 'image'; registry: string; repository: string; tag: string; member: string });

const kubernetes = (name: string) =>
  ({
    form: 'file',
    version: 'v1.37.2',
    url: `https://dl.k8s.io/release/{version}/bin/linux/{arch}/${name}`,
    checksums: `https://dl.k8s.io/release/{version}/bin/linux/{arch}/${name}.sha256`,
    sha256: {},
  }) as const;

const etcd = 'https://github.com/etcd-io/etcd/releases/download/{version}';

/**
 * What the projects themselves publish ready to run. Versions are those of the modules in `tools/`; istiod's module is at
 * the commit of its main branch from which 1.31 was cut.
 */
export const releases = {
  etcd: {
    form: 'archive',
    version: 'v3.7.3',
    url: `${etcd}/etcd-{version}-linux-{arch}.tar.gz`,
    checksums: `${etcd}/SHA256SUMS`,
    member: 'etcd-{version}-linux-{arch}/etcd',
    sha256: {},
  },
  'kube-apiserver': kubernetes('kube-apiserver'),
  'kube-controller-manager': kubernetes('kube-controller-manager'),
  kubectl: kubernetes('kubectl'),
  'pilot-discovery': {
    form: 'image',
    version: '1.31.0',
    registry: 'https://registry-1.docker.io',
    repository: 'istio/pilot',
    tag: '{version}-distroless',
    member: 'usr/local/bin/pilot-discovery',
    sha256: {},
  },
} as const satisfies Partial<Record<ProgramName, Release>>;

/** Undefined where no project publishes anything for this machine. */
export function architecture(node: string = process.arch): Architecture | undefined {
  if (node === 'x64') return 'amd64';
  return node === 'arm64' ? 'arm64' : undefined;
}

/** The release with its version and the architecture in every address and path. */
export function filledIn<Form extends Release>(release: Form, arch: Architecture): Form {
  const text = JSON.stringify(release).replaceAll('{version}', release.version).replaceAll('{arch}', arch);
  return JSON.parse(text) as Form;
}
