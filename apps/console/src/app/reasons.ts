/**
 * What the dispatcher's reasons say in Korean, by their codes. In English its own sentences are shown, and so they are for a code that
 * is not here yet.
 */
const KOREAN: Readonly<Record<string, string>> = {
  'onprem-has-room': '{cluster}에서 실행: 자체 GPU에 여유가 있습니다.',
  'onprem-canary': '{cluster}에서 실행: 클러스터가 검증될 때까지 한 번에 하나씩 보냅니다.',
  'no-onprem-configured': '{cluster}에서 실행: 자체 클러스터가 없습니다.',
  'onprem-silent': '{cluster}에서 실행: 자체 클러스터가 응답하지 않습니다.',
  'onprem-store-silent': '{cluster}에서 실행: 자체 클러스터의 저장소가 응답하지 않습니다.',
  'onprem-degraded': '{cluster}에서 실행: 자체 클러스터가 응답하지만 작업을 할 수 없습니다.',
  'onprem-full-cloud-filling': '{cluster}에서 실행: 자체 GPU가 가득 찼고, 마감이 닥칠 때는 클라우드도 가득 찹니다.',
  'onprem-misconfigured': '{cluster}에서 실행: 자체 클러스터 설정으로는 받을 수 없습니다.',
  'onprem-no-fitting-node': '{cluster}에서 실행: 자체 노드 중 담을 수 있는 것이 없습니다.',
  'onprem-excluded-after-rejection': '{cluster}에서 실행: 자체 클러스터가 방금 거부했거나 실패시켰습니다.',
  'onprem-full-deadline': '{cluster}에서 실행: 자체 GPU가 가득 차 마감을 놓치게 됩니다.',
  'onprem-full-cloud-cheaper-than-waiting': '{cluster}에서 실행: 자체 GPU가 가득 찼고, 기다림이 클라우드 비용보다 비쌉니다.',
  'onprem-full-burst': '{cluster}에서 실행: 자체 GPU가 가득 찼습니다.',
  'onprem-full-timeout': '{cluster}에서 실행: 정책이 정한 시간만큼 자체 GPU를 기다렸습니다.',
  'onprem-cordoned': '{cluster}에서 실행: 자체 클러스터가 새 작업을 받지 않습니다.',
  'policy-cloud-only': '{cluster}에서 실행: 클라우드에서만 실행하는 정책입니다.',
  'everything-silent': '대기: 클러스터도 저장소도 응답하지 않아, 우리 쪽이 끊긴 것으로 봅니다.',
  'clusters-not-known-yet': '잠시 대기: 클러스터를 살펴보는 중입니다.',
  'onprem-suspect': '몇 초 대기: 자체 클러스터가 최근 점검에 응답하지 않았습니다.',
  'waiting-for-onprem': '자체 GPU 대기: 가득 찼고, 클라우드는 값에 비해 빠르지 않습니다.',
  'no-capacity-anywhere': '대기: 여유 있는 클러스터가 없습니다.',
  'every-cluster-silent': '대기: 응답하는 클러스터가 없습니다.',
  'cluster-excluded-after-rejection': '대기: 클러스터가 방금 거부했거나 실패시켰습니다.',
  'no-cluster-configured': '대기: 설정된 클러스터가 없습니다.',
  'every-cluster-cordoned': '대기: 운영자가 모든 클러스터를 차단했습니다.',
  'budget-exhausted': '자체 GPU 대기: 클라우드 예산을 다 썼습니다.',
  'policy-leaves-no-cluster': '대기: 정책에 맞는 클러스터가 없습니다.',
};

const KOREAN_VERDICTS: Readonly<Record<string, string>> = {
  'has-room': '여유 있음',
  'room-after-boot': '노드가 하나 더 부팅되면 여유 있음',
  canary: '검증될 때까지 한 번에 하나씩 받음',
  probing: '작업 하나를 시험 중이라 더 받지 않음',
  sweeping: '포기한 작업을 정리하는 중',
  full: '가득 참',
  'no-fitting-node': '담을 수 있는 노드가 없음',
  suspect: '최근 점검에 응답 없음',
  silent: '응답 없음',
  'store-silent': '저장소가 응답하지 않음',
  degraded: '응답하지만 작업을 할 수 없음',
  misconfigured: '인증을 거부하거나 필요한 것이 없음',
  'template-missing': '파이프라인이 없음',
  'not-known-yet': '아직 살펴보지 않음',
  'excluded-after-rejection': '방금 이 작업을 거부했거나 실패시킴',
  cordoned: '운영자가 차단함',
  'budget-exhausted': '남은 예산보다 비쌈',
  'policy-excludes': '이 작업의 정책이 쓰지 않음',
};

export interface Reasoned {
  reason: string;
  why: string;
  cluster: string | null;
}

export function whyIn(language: string, { reason, why, cluster }: Reasoned): string {
  return language === 'ko' ? (KOREAN[reason]?.replace('{cluster}', cluster ?? '') ?? why) : why;
}

export function verdictIn(language: string, { reason, why, cluster }: Reasoned): string {
  const korean = language === 'ko' ? KOREAN_VERDICTS[reason] : undefined;
  return korean === undefined ? why : `${cluster ?? ''}: ${korean}`;
}
