/**
 * What the server says against files in Korean, by its codes. In English its own sentences are shown, and so they are for a code that is
 * not here yet.
 */
const KOREAN: Readonly<Record<string, string>> = {
  unreadable: '파일을 읽을 수 없습니다. 만든 카메라나 프로그램에서 다시 내보내세요.',
  'not-a-photo': '쓸 수 있는 사진이 아닙니다. JPEG, PNG, WebP, TIFF 사진을 올리세요.',
  'too-many-pixels': '픽셀이 너무 많습니다. 더 작게 내보내세요. 12~50메가픽셀이면 충분합니다.',
  'too-few-pixels': '너무 작은 사진입니다. 섬네일이 아닌 원본을 올리세요.',
  truncated: '파일이 잘렸거나 손상되었습니다. 다시 복사해서 올리세요.',
  'not-a-point-cloud': 'LAS, LAZ, PLY 파일이 아닙니다. LAS 1.2~1.4, LAZ 또는 PLY로 내보내세요.',
  'las-version': '지원하지 않는 LAS 버전입니다. LAS 1.2, 1.3 또는 1.4로 내보내세요.',
  'las-format': '알 수 없는 점 형식입니다. 형식 0~10으로 내보내세요.',
  'no-points': '점이 없습니다. 만든 프로그램에서 다시 내보내세요.',
  'point-count': '머리말의 점 수가 파일 크기와 맞지 않습니다. 다시 내보내거나 복사하세요.',
  'not-finite': '머리말의 범위가 숫자가 아닙니다. 만든 프로그램에서 다시 내보내세요.',
  'ffmpeg-missing': '이곳에서는 동영상을 읽을 수 없습니다. 운영자에게 ffmpeg 설치를 요청하거나 사진을 올리세요.',
  'not-a-video': '읽을 수 있는 동영상이 아닙니다. 카메라가 저장한 MP4 또는 MOV를 올리세요.',
  'no-frames': '화면이 거의 없는 동영상입니다. 걸으면서 10초 이상 찍은 것을 올리세요.',
  duplicate: '다른 파일과 같은 장면이라 제외됩니다. 따로 할 일은 없습니다.',
  blurred: '흐린 사진이라 맵에서 자리를 찾지 못할 수 있습니다. 카메라를 고정하거나 더 밝은 곳에서 찍으세요.',
  'too-few-photos': '쓸 수 있는 서로 다른 사진이 모자랍니다. 앞 사진과 절반 이상 겹치도록 20~60장을 찍으세요.',
  'nothing-usable': '쓸 수 있는 파일이 없습니다. 파일별 설명을 보고 바꿔 올리세요.',
  'wrong-checksum': '도착한 내용이 알린 것과 다릅니다. 파일을 빼고 다시 올리세요.',
};

export function problemText(language: string, { code, detail, fix }: { code: string; detail: string; fix: string }): string {
  return (language === 'ko' ? KOREAN[code] : undefined) ?? `${detail} ${fix}`;
}
