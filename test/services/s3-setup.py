"""Makes a bucket and keys that may use it. Prints the keys."""

import json
import sys

import boto3

url, bucket = sys.argv[1:]
anybody = dict(
    endpoint_url=url,
    region_name="us-east-1",
    aws_access_key_id="anybody",
    aws_secret_access_key="anybody",
)
boto3.client("s3", **anybody).create_bucket(Bucket=bucket)
iam = boto3.client("iam", **anybody)
iam.create_user(UserName="waypost")
policy = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], "Resource": f"arn:aws:s3:::{bucket}/*"},
        {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{bucket}"},
    ],
}
iam.put_user_policy(UserName="waypost", PolicyName="files", PolicyDocument=json.dumps(policy))
key = iam.create_access_key(UserName="waypost")["AccessKey"]
print(json.dumps({"accessKeyId": key["AccessKeyId"], "secretAccessKey": key["SecretAccessKey"]}))
