/** The attacks of the threat model on identity, transport and secrets, by number (docs/threat-model.md). */
export const GIVEN: readonly string[] = [
  ...['A2', 'A4', 'A5', 'A6', 'A7', 'A8', 'A10', 'A12', 'A13', 'A14', 'A15', 'A17', 'A18', 'A19', 'A21', 'A23', 'A26'],
  ...['A28', 'A29', 'A30', 'A31'],
  ...['K1', 'K2', 'K3', 'K4', 'K5', 'K6', 'K7', 'K8', 'K9', 'K10', 'K12', 'K13', 'K14', 'K16'],
  ...['M3', 'M4', 'M7', 'M8', 'M9', 'M10', 'M11', 'M12', 'M13', 'M14', 'M15', 'M16', 'M17'],
  ...['F1', 'F2', 'F3', 'F5', 'F7', 'F8', 'F9'],
  ...['X1', 'X2', 'X3', 'X4', 'X6', 'X8'],
  'H13',
];
