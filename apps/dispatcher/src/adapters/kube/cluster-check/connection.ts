import { KubeError } from '@stead/platform/kube';
import type { Finding, FindingCode } from '../../../application/cluster-check';
import { unusable } from './kubeconfig';

/** Codes of Node's sockets and of OpenSSL, and what each says about a cluster. */
const BY_CODE: Readonly<Record<string, Diagnosis>> = {
  ENOTFOUND: {
    code: 'address-unknown',
    why: 'its name cannot be resolved',
    fix: 'Mend the name in the kubeconfig, or the DNS here.',
  },
  EAI_AGAIN: { code: 'address-unknown', why: 'the DNS here does not answer', fix: 'Mend the DNS here, or use an address.' },
  ECONNREFUSED: {
    code: 'address-dead',
    why: 'nobody listens there',
    fix: 'Mend the port in the kubeconfig, or start the API server.',
  },
  EHOSTUNREACH: {
    code: 'address-dead',
    why: 'no way leads there',
    fix: 'Open the route or firewall between here and the cluster.',
  },
  ENETUNREACH: {
    code: 'address-dead',
    why: 'no way leads there',
    fix: 'Open the route or firewall between here and the cluster.',
  },
  ECONNRESET: {
    code: 'address-dead',
    why: 'it cuts the connection',
    fix: 'Look at the load balancer or firewall before the cluster.',
  },
  EPROTO: { code: 'not-https', why: 'it does not speak TLS', fix: 'Use http:// for it, or the port on which it speaks TLS.' },
  ERR_SSL_WRONG_VERSION_NUMBER: {
    ...{ code: 'not-https', why: 'it does not speak TLS' },
    fix: 'Use http:// for it, or the port on which it speaks TLS.',
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    ...{ code: 'certificate-for-other-host', why: 'its certificate is for another name' },
    fix: 'Use a name that the certificate has, or set `tls-server-name` in the kubeconfig.',
  },
  CERT_HAS_EXPIRED: {
    ...{ code: 'certificate-expired', why: 'its certificate has expired' },
    fix: 'Renew the certificate of the API server (`kubeadm certs renew apiserver`).',
  },
  CERT_NOT_YET_VALID: {
    ...{ code: 'certificate-expired', why: 'its certificate is not valid yet' },
    fix: 'Compare the clocks of both sides.',
  },
};
/** The chain does not end in the authority that the kubeconfig names. */
const UNTRUSTED = /^(SELF_SIGNED|DEPTH_ZERO|UNABLE_TO|CERT_SIGNATURE|CERT_UNTRUSTED|CERT_CHAIN|INVALID_CA)/;

interface Diagnosis {
  code: FindingCode;
  why: string;
  fix: string;
}

/** What a call that got no answer at all says about the cluster. */
export function diagnose(error: unknown, server: string): Finding {
  if (!(error instanceof KubeError)) throw error;
  if (error.kind === 'timeout' || error.kind === 'ambiguous') {
    const fix = 'Open the route or firewall between here and the cluster; a dead load balancer looks the same.';
    return finding({ code: 'no-answer', why: 'it takes connections or packets and does not answer', fix }, server, error);
  }
  const code = codeOf(error);
  const known = BY_CODE[code];
  if (known !== undefined) return finding(known, server, error);
  if (UNTRUSTED.test(code)) {
    const why = 'its certificate is not signed by the authority of the kubeconfig';
    const fix =
      'Take `certificate-authority-data` from this cluster; if the address is right, somebody else may be answering there.';
    return finding({ code: 'certificate-untrusted', why, fix }, server, error);
  }
  if (error.kind === 'misconfigured') return unusable(`${error.message}.`);
  return finding({ code: 'address-dead', why: 'it cannot be reached', fix: 'Mend the address, or the network.' }, server, error);
}

function finding({ code, why, fix }: Diagnosis, server: string, { message, cluster }: KubeError): Finding {
  return { code, severity: 'error', detail: `${server} cannot be used: ${why} (${message.replace(`${cluster}: `, '')}).`, fix };
}

/** The first code there is: errors of sockets come wrapped. */
function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const code: unknown = Reflect.get(error, 'code');
  return typeof code === 'string' ? code : codeOf(Reflect.get(error, 'cause'));
}
