-- 建立 PostgreSQL 的账号与数据库：sudo -u postgres psql -f postgresql.sql
-- 账号没有密码：只有本机名为 align 的系统账号能由套接字登录（pg_hba.conf 中 local … peer，Debian 的默认）。
CREATE ROLE align LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
CREATE DATABASE align OWNER align ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE align FROM PUBLIC;
