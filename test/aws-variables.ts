/** What Lambda sets in every function and signing reads. https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
export const AWS_VARIABLES = {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'secret',
};
