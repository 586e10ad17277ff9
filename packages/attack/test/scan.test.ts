import { join } from 'node:path';
import { projectRoot } from '@ojs/dev';
import { describe, expect, it } from 'vitest';
import { isAccepted, readAccepted } from '../src/scan/finding.ts';
import { judgeSlowHttp } from '../src/scan/slowhttptest.ts';
import { judgeSslscan } from '../src/scan/sslscan.ts';
import { judgeTestssl } from '../src/scan/testssl.ts';

const ids = (findings: readonly { id: string }[]) => findings.map(({ id }) => id);

describe('sslscan', () => {
  const good = `<ssltest host="localhost" port="1">
  <protocol type="ssl" version="3" enabled="0" /><protocol type="tls" version="1.3" enabled="1" />
  <renegotiation supported="0" secure="0" /><heartbleed sslversion="TLSv1.3" vulnerable="0" />
  <cipher status="preferred" sslversion="TLSv1.3" bits="256" cipher="TLS_AES_256_GCM_SHA384" />
  <cipher status="accepted" sslversion="TLSv1.2" bits="256" cipher="ECDHE-RSA-CHACHA20-POLY1305" />
  <signature-algorithm>ecdsa-with-SHA256</signature-algorithm><self-signed>false</self-signed><expired>false</expired>
 </ssltest>`;

  it('has nothing against what this server speaks', () => expect(judgeSslscan(good)).toEqual([]));

  it.each([
    ['protocol', '<protocol type="tls" version="1.0" enabled="1" />'],
    ['cipher', '<cipher sslversion="TLSv1.2" cipher="AES256-GCM-SHA384" />'],
    ['cipher', '<cipher sslversion="TLSv1.2" cipher="ECDHE-RSA-AES256-SHA384" />'],
    ['cipher', '<cipher sslversion="TLSv1.2" cipher="AECDH-AES256-SHA" />'],
    ['heartbleed', '<heartbleed sslversion="TLSv1.2" vulnerable="1" />'],
    ['renegotiation', '<renegotiation supported="1" secure="0" />'],
    ['compression', '<compression supported="1" />'],
  ])('objects to a weak %s', (id, line) => expect(ids(judgeSslscan(good + line))).toEqual([id]));

  it('that found nothing did not work', () => expect(ids(judgeSslscan('<document/>'))).toEqual(['silent']));
});

it('testssl.sh objects from medium on', () => {
  const report = ['OK', 'INFO', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'].map((severity) => ({
    id: severity,
    severity,
    finding: 'x',
  }));
  expect(ids(judgeTestssl(JSON.stringify(report)))).toEqual(['MEDIUM', 'HIGH', 'CRITICAL']);
  expect(() => judgeTestssl('')).toThrow();
});

it('slowhttptest objects where connections are left, or nobody else is served', () => {
  const csv = (...rows: string[]) => ['Seconds,Closed,Pending,Connected,Service Available', ...rows].join('\n');
  expect(judgeSlowHttp('read', csv('0,0,1,0,30', '1,30,0,0,30'), 1)).toEqual([]);
  expect(ids(judgeSlowHttp('read', csv('0,0,1,0,30', '1,0,0,30,30'), 30))).toEqual(['read holds']);
  expect(ids(judgeSlowHttp('read', csv('0,0,1,0,0', '1,0,0,9,0', '2,0,0,0,0'), 0))).toEqual(['read denies']);
  expect(ids(judgeSlowHttp('read', '', 0))).toEqual(['read silent']);
});

it('what is accepted says why, and is accepted of that judge alone', () => {
  const accepted = readAccepted(join(projectRoot, 'docs/scan-accepted.json'));
  const [first] = accepted;
  expect(first).toBeDefined();
  const { judge = '', id = '' } = first ?? {};
  expect(isAccepted({ judge, id, text: '' }, accepted)).toBe(true);
  expect(isAccepted({ judge: 'another', id, text: '' }, accepted)).toBe(false);
});
